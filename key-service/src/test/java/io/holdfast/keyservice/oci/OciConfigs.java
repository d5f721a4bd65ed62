package io.holdfast.keyservice.oci;

import io.holdfast.keyservice.config.OciConfig;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Configurations of one vault, named {@code far}, as an operator writes them. */
final class OciConfigs {
    private OciConfigs() {}

    /** Settings of the vault without their common prefix. */
    static OciConfig read(Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((key, value) -> properties.put("holdfast.oci.vaults.far." + key, value));
        return new SmallRyeConfigBuilder()
                .withMapping(OciConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(OciConfig.class);
    }

    /** An OCI configuration file for a caller with this API key. */
    static Path file(Path directory, String tenancy, String user, KeyPair pair) {
        try {
            Path key = directory.resolve("api-key.pem");
            Files.writeString(
                    key,
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(pair.getPrivate().getEncoded())
                            + "\n-----END PRIVATE KEY-----\n");
            Path file = directory.resolve("config");
            Files.writeString(
                    file,
                    "[DEFAULT]\ntenancy=" + tenancy + "\nuser=" + user + "\nfingerprint="
                            + RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint() + "\nkey_file=" + key
                            + "\nregion=us-ashburn-1\n");
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
