package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.bmc.ConfigFileReader;
import com.oracle.bmc.auth.ConfigFileAuthenticationDetailsProvider;
import com.oracle.bmc.containerengine.ContainerEngineClient;
import com.oracle.bmc.containerengine.requests.GetClusterRequest;
import com.oracle.bmc.identity.IdentityClient;
import com.oracle.bmc.identity.requests.ListPoliciesRequest;
import com.oracle.bmc.keymanagement.KmsCryptoClient;
import com.oracle.bmc.keymanagement.KmsManagementClient;
import com.oracle.bmc.keymanagement.KmsVaultClient;
import com.oracle.bmc.keymanagement.model.CreateKeyDetails;
import com.oracle.bmc.keymanagement.model.CreateVaultDetails;
import com.oracle.bmc.keymanagement.model.DecryptDataDetails;
import com.oracle.bmc.keymanagement.model.EncryptDataDetails;
import com.oracle.bmc.keymanagement.model.Key;
import com.oracle.bmc.keymanagement.model.KeyShape;
import com.oracle.bmc.keymanagement.model.Vault;
import com.oracle.bmc.keymanagement.requests.CreateKeyRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.CreateVaultRequest;
import com.oracle.bmc.keymanagement.requests.DecryptRequest;
import com.oracle.bmc.keymanagement.requests.DisableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EnableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EncryptRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyRequest;
import com.oracle.bmc.model.BmcException;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Oracle's own Java SDK, unchanged, pointed at the stack with the profile that {@code ./dev up} wrote. */
class OciSdkST {
    private static final String MISSING_KEY = "ocid1.key.oc1.iad.bbpcqhz3aaeug.aaaaaaaanosuchkey";

    @Test
    void theLifeOfAKeyThroughOraclesClient() throws IOException {
        try (Fixture fixture = new Fixture()) {
            var who = new ConfigFileAuthenticationDetailsProvider(
                    ConfigFileReader.parse(fixture.stack.ociConfig().toString(), "DEFAULT"));
            String keys = fixture.stack.keys().toString();
            String compartment = fixture.api.compartment("faults");
            try (KmsVaultClient vaults = KmsVaultClient.builder().endpoint(keys).build(who);
                    KmsManagementClient management =
                            KmsManagementClient.builder().endpoint(keys).build(who);
                    KmsCryptoClient crypto =
                            KmsCryptoClient.builder().endpoint(keys).build(who);
                    IdentityClient identity =
                            IdentityClient.builder().endpoint(keys).build(who);
                    ContainerEngineClient clusters = ContainerEngineClient.builder()
                            .endpoint(fixture.stack.clusters().toString())
                            .build(who)) {
                Vault vault = vaults.createVault(CreateVaultRequest.builder()
                                .createVaultDetails(CreateVaultDetails.builder()
                                        .compartmentId(compartment)
                                        .displayName("sdk")
                                        .vaultType(CreateVaultDetails.VaultType.Default)
                                        .build())
                                .build())
                        .getVault();
                assertThat(vault.getLifecycleState()).isEqualTo(Vault.LifecycleState.Active);
                Key key = management
                        .createKey(CreateKeyRequest.builder()
                                .createKeyDetails(CreateKeyDetails.builder()
                                        .compartmentId(compartment)
                                        .displayName("sdk")
                                        .keyShape(KeyShape.builder()
                                                .algorithm(KeyShape.Algorithm.Aes)
                                                .length(32)
                                                .build())
                                        .protectionMode(CreateKeyDetails.ProtectionMode.Software)
                                        .build())
                                .build())
                        .getKey();
                String plaintext = Base64.getEncoder().encodeToString(new byte[] {1, 2, 3});
                String ciphertext = crypto.encrypt(EncryptRequest.builder()
                                .encryptDataDetails(EncryptDataDetails.builder()
                                        .keyId(key.getId())
                                        .plaintext(plaintext)
                                        .associatedData(Map.of("ns", "default"))
                                        .build())
                                .build())
                        .getEncryptedData()
                        .getCiphertext();
                management.createKeyVersion(
                        CreateKeyVersionRequest.builder().keyId(key.getId()).build());
                assertThat(crypto.decrypt(decrypt(key, ciphertext))
                                .getDecryptedData()
                                .getPlaintext())
                        .as("decrypted under the version before the rotation")
                        .isEqualTo(plaintext);
                management.disableKey(
                        DisableKeyRequest.builder().keyId(key.getId()).build());
                assertThatThrownBy(() -> crypto.decrypt(decrypt(key, ciphertext)))
                        .isInstanceOfSatisfying(
                                BmcException.class,
                                e -> assertThat(e.getStatusCode()).isEqualTo(409));
                management.enableKey(
                        EnableKeyRequest.builder().keyId(key.getId()).build());
                assertThatThrownBy(() -> management.getKey(
                                GetKeyRequest.builder().keyId(MISSING_KEY).build()))
                        .isInstanceOfSatisfying(BmcException.class, e -> {
                            assertThat(e.getStatusCode()).isEqualTo(404);
                            assertThat(e.getServiceCode()).isEqualTo("NotAuthorizedOrNotFound");
                        });
                assertThat(identity.listPolicies(ListPoliciesRequest.builder()
                                        .compartmentId(fixture.api.tenancy())
                                        .build())
                                .getItems())
                        .isNotEmpty();
                assertThat(clusters.getCluster(GetClusterRequest.builder()
                                        .clusterId(fixture.cluster)
                                        .build())
                                .getCluster()
                                .getKmsKeyId())
                        .isEqualTo(fixture.key);
            }
        }
    }

    private static DecryptRequest decrypt(Key key, String ciphertext) {
        return DecryptRequest.builder()
                .decryptDataDetails(DecryptDataDetails.builder()
                        .keyId(key.getId())
                        .ciphertext(ciphertext)
                        .associatedData(Map.of("ns", "default"))
                        .build())
                .build();
    }
}
