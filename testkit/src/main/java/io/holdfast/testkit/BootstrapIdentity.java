package io.holdfast.testkit;

import io.holdfast.kernel.Ocid;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Properties;

/**
 * The first administrator of a development stack: a tenancy, a user and the group Administrators, with an RSA-2048 API
 * key, in the files that the {@code oci} CLI and SDKs read.
 *
 * <p>In a directory: {@code config} (profile DEFAULT), {@code key.pem} (PKCS#8, mode 0600), {@code public.pem}, and
 * {@code bootstrap.properties}, which key-service reads at its start: {@code tenancy.id}, {@code tenancy.name},
 * {@code user.id}, {@code user.name}, {@code group.id} and {@code public-key} (the PEM file, relative to this one).
 */
public final class BootstrapIdentity {
    /** The region that the profile names; Holdfast's endpoints are given explicitly. */
    public static final String REGION = "us-ashburn-1";

    private static final int KEY_BITS = 2048;
    private final Path directory;
    private final Properties properties;
    private final String fingerprint;

    private BootstrapIdentity(Path directory, Properties properties, String fingerprint) {
        this.directory = directory;
        this.properties = properties;
        this.fingerprint = fingerprint;
    }

    /** Opens the identity in a directory, making it where it is absent. Once made, its ids and key stay. */
    public static BootstrapIdentity in(Path directory) {
        return in(directory, "holdfast");
    }

    /** As {@link #in(Path)}, with the name of the tenancy where it is made. */
    public static BootstrapIdentity in(Path directory, String tenancyName) {
        Path absolute = directory.toAbsolutePath();
        Path file = absolute.resolve("bootstrap.properties");
        try {
            Files.createDirectories(absolute);
            if (!Files.exists(file)) {
                create(absolute, file, tenancyName);
            }
            Properties read = new Properties();
            read.load(new StringReader(Files.readString(file)));
            Properties profile = new Properties();
            profile.load(new StringReader(Files.readString(absolute.resolve("config"))));
            return new BootstrapIdentity(absolute, read, profile.getProperty("fingerprint"));
        } catch (IOException failure) {
            throw new UncheckedIOException("The bootstrap identity in " + absolute, failure);
        } catch (GeneralSecurityException failure) {
            throw new TestkitException("This JDK makes no RSA keys", failure);
        }
    }

    /** The file to give as {@code holdfast.identity.bootstrap-file}. */
    public Path bootstrapFile() {
        return directory.resolve("bootstrap.properties");
    }

    /** The file to give as {@code OCI_CLI_CONFIG_FILE}. */
    public Path configFile() {
        return directory.resolve("config");
    }

    public Path privateKeyFile() {
        return directory.resolve("key.pem");
    }

    public Ocid.TenancyId tenancy() {
        return new Ocid.TenancyId(properties.getProperty("tenancy.id"));
    }

    public Ocid.UserId user() {
        return new Ocid.UserId(properties.getProperty("user.id"));
    }

    public Ocid.GroupId administrators() {
        return new Ocid.GroupId(properties.getProperty("group.id"));
    }

    /** The key's fingerprint as OCI writes it: the MD5 of the public key's DER, in pairs of hex digits with colons. */
    public String fingerprint() {
        return fingerprint;
    }

    /** {@code <tenancy>/<user>/<fingerprint>}, the key id of a request signature. */
    public String keyId() {
        return tenancy().value() + "/" + user().value() + "/" + fingerprint();
    }

    private static void create(Path directory, Path file, String tenancyName)
            throws IOException, GeneralSecurityException {
        Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
        Ocid.TenancyId tenancy = mint.tenancy();
        Ocid.UserId user = mint.user();
        Ocid.GroupId group = mint.group();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        KeyPair pair = generator.generateKeyPair();
        String fingerprint = HexFormat.ofDelimiter(":")
                .formatHex(
                        MessageDigest.getInstance("MD5").digest(pair.getPublic().getEncoded()));
        Path key = PrivateFile.write(
                directory.resolve("key.pem"),
                DevCertificates.pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                directory.resolve("public.pem"),
                DevCertificates.pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        PrivateFile.write(
                directory.resolve("config"), """
                [DEFAULT]
                user=%s
                fingerprint=%s
                tenancy=%s
                region=%s
                key_file=%s
                """.formatted(user.value(), fingerprint, tenancy.value(), REGION, key));
        // Last: this file says that all of it is there.
        PrivateFile.write(file, """
                tenancy.id=%s
                tenancy.name=%s
                user.id=%s
                user.name=admin
                group.id=%s
                public-key=public.pem
                """.formatted(tenancy.value(), tenancyName, user.value(), group.value()));
    }
}
