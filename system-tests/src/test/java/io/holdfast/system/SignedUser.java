package io.holdfast.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Another user's signing key and profile. */
final class SignedUser {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private SignedUser() {}

    /**
     * Uploads a new API key for a user.
     *
     * @param admin who uploads it
     * @return the stack as that user sees it
     */
    static StackEnvironment of(StackEnvironment stack, HoldfastApi admin, String user, String name) {
        KeyPair pair = keyPair();
        String fingerprint = admin.client()
                .post(
                        stack.keys(),
                        "/20160918/users/" + user + "/apiKeys",
                        Map.of("key", pem("PUBLIC KEY", pair.getPublic().getEncoded())))
                .expectSuccess("uploading the API key")
                .body()
                .path("fingerprint")
                .asText();
        Path directory = stack.directory().resolve("oci");
        Path key = directory.resolve(name + ".pem");
        write(key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Path config = directory.resolve(name + ".config");
        write(
                config,
                "[DEFAULT]\nuser=" + user + "\ntenancy=" + admin.tenancy() + "\nfingerprint=" + fingerprint
                        + "\nregion=us-ashburn-1\nkey_file=" + key + "\n");
        Map<String, String> values = new HashMap<>(stack.values());
        values.put("OCI_CLI_CONFIG_FILE", config.toString());
        return new StackEnvironment(stack.directory(), values);
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + LINES.encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    private static void write(Path file, String text) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
