package io.holdfast.keyservice.oci;

import com.oracle.bmc.auth.ConfigFileAuthenticationDetailsProvider;
import com.oracle.bmc.keymanagement.KmsManagementClient;
import com.oracle.bmc.keymanagement.KmsVaultClient;
import com.oracle.bmc.keymanagement.model.CreateVaultDetails;
import com.oracle.bmc.keymanagement.requests.CreateVaultRequest;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.TimeSource;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * Another key-service in the place of Oracle's: a vault of its own in it, an API key, and the adapter that is configured
 * with them, as an operator does it.
 */
public final class OciPeer implements AutoCloseable {
    private final String endpoint;
    private final Path configFile;
    private final String tenancy;
    private final String user;
    private final VaultId id;
    private final OciVaults opened;

    private OciPeer(String endpoint, Path configFile, String tenancy, String user) throws IOException {
        this.endpoint = endpoint;
        this.configFile = configFile;
        this.tenancy = tenancy;
        this.user = user;
        this.id = makeVault();
        this.opened = open(configFile);
    }

    /**
     * @param peer where it listens
     * @param bootstrap its first tenancy and administrator, whose private key lies beside
     * @param directory for the configuration file
     */
    public static OciPeer of(URI peer, Path bootstrap, Path directory) throws IOException, GeneralSecurityException {
        Properties first = new Properties();
        try (Reader reader = Files.newBufferedReader(bootstrap)) {
            first.load(reader);
        }
        Path configFile = OciConfigs.file(
                directory,
                first.getProperty("tenancy.id"),
                first.getProperty("user.id"),
                pair(bootstrap.resolveSibling("administrator.key")));
        return new OciPeer(
                "http://127.0.0.1:" + peer.getPort(),
                configFile,
                first.getProperty("tenancy.id"),
                first.getProperty("user.id"));
    }

    private static KeyPair pair(Path file) throws IOException, GeneralSecurityException {
        KeyFactory rsa = KeyFactory.getInstance("RSA");
        RSAPrivateCrtKey key = (RSAPrivateCrtKey)
                rsa.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(Files.readString(file))));
        return new KeyPair(rsa.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())), key);
    }

    private VaultId makeVault() throws IOException {
        try (KmsVaultClient vaults = KmsVaultClient.builder().endpoint(endpoint).build(credentials())) {
            return new VaultId(vaults.createVault(CreateVaultRequest.builder()
                            .createVaultDetails(CreateVaultDetails.builder()
                                    .compartmentId(tenancy)
                                    .displayName("far")
                                    .vaultType(CreateVaultDetails.VaultType.Default)
                                    .build())
                            .build())
                    .getVault()
                    .getId());
        }
    }

    private ConfigFileAuthenticationDetailsProvider credentials() throws IOException {
        return new ConfigFileAuthenticationDetailsProvider(configFile.toString(), "DEFAULT");
    }

    /** The vault as the administrator with another API key sees it. */
    OciVaults openAs(KeyPair apiKey, Path directory) {
        return open(OciConfigs.file(directory, tenancy, user, apiKey));
    }

    private OciVaults open(Path file) {
        Map<String, String> settings = new HashMap<>();
        settings.put("vault-id", id.value());
        settings.put("key-compartment", tenancy);
        settings.put("compartment", tenancy);
        settings.put("management-endpoint", endpoint);
        settings.put("crypto-endpoint", endpoint);
        settings.put("config-file", file.toString());
        // An RSA key of 4,096 bits takes its time on a busy machine.
        settings.put("read-timeout", "PT1M");
        return OciVaults.open(OciConfigs.read(settings), TimeSource.system());
    }

    /** The adapter. */
    public OciVault vault() {
        return opened.vaults().getFirst();
    }

    VaultId id() {
        return id;
    }

    /** What somebody does in the vault itself. */
    public void in(Consumer<KmsManagementClient> doing) throws IOException {
        try (KmsManagementClient management =
                KmsManagementClient.builder().endpoint(endpoint).build(credentials())) {
            doing.accept(management);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
