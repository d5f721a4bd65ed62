package io.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A development certificate authority in a directory: {@code ca.crt}, {@code ca.key}, and for each service
 * {@code <service>.crt} and {@code <service>.key} (ECDSA P-256, PEM, keys in PKCS#8 with mode 0600).
 *
 * <p>A leaf names its holder by the URI {@code holdfast://service/<name>} (or {@code holdfast://cluster/<ocid>}) and is
 * good for {@code localhost}, 127.0.0.1, ::1 and the service's own name as a host, as client and as server.
 */
public final class DevCertificates {
    /** The services that {@code ./dev} and the tests issue certificates for. */
    public static final List<String> SERVICES =
            List.of("key-service", "cluster-service", "secret-service", "audit-service", "kms-plugin", "system-tests");

    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofDays(397);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final X509Certificate authority;
    private final PrivateKey authorityKey;

    private DevCertificates(Path directory, X509Certificate authority, PrivateKey authorityKey) {
        this.directory = directory;
        this.authority = authority;
        this.authorityKey = authorityKey;
    }

    /**
     * Opens the authority in a directory, making it where it is absent, and issues what {@link #SERVICES} lack or what
     * ends within 30 days. Two calls change nothing the second time.
     */
    public static DevCertificates in(Path directory) {
        try {
            Files.createDirectories(directory);
            DevCertificates opened = open(directory, "Holdfast development CA");
            for (String service : SERVICES) {
                if (!opened.isFresh(service)) {
                    opened.issueService(service);
                }
            }
            return opened;
        } catch (IOException failure) {
            throw new UncheckedIOException("Certificates in " + directory, failure);
        }
    }

    /** The same in a new temporary directory that ends with this JVM. */
    public static DevCertificates temporary() {
        LocalProcess.armEnd();
        return in(ScratchDirectory.create("tls"));
    }

    /** The directory to give as {@code holdfast.tls.dir}. */
    public Path directory() {
        return directory;
    }

    public Path authorityFile() {
        return directory.resolve("ca.crt");
    }

    public Path certificateOf(String name) {
        return directory.resolve(name + ".crt");
    }

    public Path keyOf(String name) {
        return directory.resolve(name + ".key");
    }

    /** Issues {@code <file>.crt} and {@code <file>.key} for a cluster, {@code holdfast://cluster/<ocid>}. */
    public Issued issueCluster(String file, String clusterOcid) {
        return issue(directory, file, "holdfast://cluster/" + clusterOcid, Instant.now(), LEAF_LIFE);
    }

    /**
     * A certificate of this authority for a service's name that ended an hour ago, in {@code expired/}: a correct peer
     * refuses it.
     */
    public Issued expired(String service) {
        return issue(
                directory.resolve("expired"),
                service,
                "holdfast://service/" + service,
                Instant.now().minus(Duration.ofDays(2)),
                Duration.ofDays(2).minus(Duration.ofHours(1)));
    }

    /** A certificate for a service's name from another authority of the same name, in {@code foreign/}. */
    public Issued foreign(String service) {
        try {
            Path other = directory.resolve("foreign");
            Files.createDirectories(other);
            return open(other, "Holdfast development CA").issueService(service);
        } catch (IOException failure) {
            throw new UncheckedIOException("Foreign certificates in " + directory, failure);
        }
    }

    private Issued issueService(String service) {
        return issue(directory, service, "holdfast://service/" + service, Instant.now(), LEAF_LIFE);
    }

    /** A certificate, its key, and the authority that signed it, as PEM files. */
    public record Issued(Path certificate, Path key, Path authority) {}

    private boolean isFresh(String name) throws IOException {
        if (!Files.exists(certificateOf(name)) || !Files.exists(keyOf(name))) {
            return false;
        }
        X509Certificate certificate = readCertificate(certificateOf(name));
        return certificate.getNotAfter().toInstant().isAfter(Instant.now().plus(RENEW_BEFORE));
    }

    private static DevCertificates open(Path directory, String name) throws IOException {
        Path certificateFile = directory.resolve("ca.crt");
        Path keyFile = directory.resolve("ca.key");
        if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
            KeyPair pair = newKey();
            X500Principal subject = new X500Principal("CN=" + name);
            try {
                JcaX509v3CertificateBuilder builder = builder(subject, subject, pair, Instant.now(), CA_LIFE);
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                builder.addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
                PrivateFile.write(keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
                Files.writeString(
                        certificateFile,
                        pem("CERTIFICATE", sign(builder, pair.getPrivate()).getEncoded()));
            } catch (GeneralSecurityException | OperatorCreationException failure) {
                throw new TestkitException("The development CA could not be made", failure);
            }
        }
        return new DevCertificates(directory, readCertificate(certificateFile), readKey(keyFile));
    }

    private Issued issue(Path target, String file, String uri, Instant from, Duration life) {
        try {
            Files.createDirectories(target);
            KeyPair pair = newKey();
            JcaX509v3CertificateBuilder builder =
                    builder(authority.getSubjectX500Principal(), new X500Principal("CN=" + file), pair, from, life);
            List<GeneralName> names = new ArrayList<>(List.of(
                    new GeneralName(GeneralName.uniformResourceIdentifier, uri),
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.dNSName, file),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                    new GeneralName(GeneralName.iPAddress, "::1")));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(authority));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(pair.getPublic()));
            Path keyFile = PrivateFile.write(
                    target.resolve(file + ".key"),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Path certificateFile = Files.writeString(
                    target.resolve(file + ".crt"),
                    pem("CERTIFICATE", sign(builder, authorityKey).getEncoded()));
            return new Issued(certificateFile, keyFile, authorityFile());
        } catch (IOException failure) {
            throw new UncheckedIOException("The certificate of " + file + " could not be written", failure);
        } catch (GeneralSecurityException | OperatorCreationException failure) {
            throw new TestkitException("The certificate of " + file + " could not be made", failure);
        }
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Principal issuer, X500Principal subject, KeyPair pair, Instant from, Duration life) {
        // An hour back, so that a peer whose clock is a little behind accepts it at once.
        Instant start = from.minus(Duration.ofHours(1));
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).setBit(126),
                Date.from(start),
                Date.from(from.plus(life)),
                subject,
                pair.getPublic());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException failure) {
            throw new TestkitException("This JDK makes no P-256 keys", failure);
        }
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
    }

    private static X509Certificate readCertificate(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (GeneralSecurityException failure) {
            throw new TestkitException(file + " is no certificate", failure);
        }
    }

    private static PrivateKey readKey(Path file) throws IOException {
        String body = Files.readString(file, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
        } catch (GeneralSecurityException failure) {
            throw new TestkitException(file + " is no PKCS#8 key", failure);
        }
    }
}
