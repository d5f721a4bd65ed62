package io.holdfast.keyservice.oci;

import com.oracle.bmc.ConfigFileReader;
import com.oracle.bmc.auth.AbstractAuthenticationDetailsProvider;
import com.oracle.bmc.auth.BasicAuthenticationDetailsProvider;
import com.oracle.bmc.auth.ConfigFileAuthenticationDetailsProvider;
import com.oracle.bmc.auth.InstancePrincipalsAuthenticationDetailsProvider;
import com.oracle.bmc.auth.ResourcePrincipalAuthenticationDetailsProvider;
import java.io.IOException;
import java.io.InputStream;

/** Who this installation is in Oracle. */
final class OciAuthentication {
    private OciAuthentication() {}

    /**
     * Reads the credentials, or asks Oracle's metadata service for them.
     *
     * @throws OciRefused when there are none
     */
    static AbstractAuthenticationDetailsProvider of(OciSettings settings) {
        try {
            return switch (settings.authentication()) {
                case CONFIG_FILE -> configFile(settings);
                case INSTANCE_PRINCIPAL ->
                    InstancePrincipalsAuthenticationDetailsProvider.builder().build();
                case RESOURCE_PRINCIPAL ->
                    ResourcePrincipalAuthenticationDetailsProvider.builder().build();
            };
        } catch (IOException | RuntimeException e) {
            throw refused(settings, e);
        }
    }

    private static BasicAuthenticationDetailsProvider configFile(OciSettings settings) throws IOException {
        String path = settings.configFile().map(Object::toString).orElse(ConfigFileReader.DEFAULT_FILE_PATH);
        ConfigFileAuthenticationDetailsProvider provider =
                new ConfigFileAuthenticationDetailsProvider(path, settings.profile());
        // The SDK reads the private key at the first call only: a missing one is to be seen now.
        try (InputStream key = provider.getPrivateKey()) {
            if (key.read() < 0) {
                throw new IOException("the file of the private key is empty");
            }
        }
        return provider;
    }

    private static OciRefused refused(OciSettings settings, Exception cause) {
        String what =
                switch (settings.authentication()) {
                    case CONFIG_FILE ->
                        "the OCI configuration file (config-file, profile " + settings.profile()
                                + ") must name tenancy, user, fingerprint and a readable key_file";
                    case INSTANCE_PRINCIPAL ->
                        "authentication instance-principal works on a compute instance of Oracle's only";
                    case RESOURCE_PRINCIPAL ->
                        "authentication resource-principal needs the OCI_RESOURCE_PRINCIPAL_* variables in the environment";
                };
        return new OciRefused("holdfast.oci.vaults." + settings.name() + ": " + what + ".", cause);
    }
}
