package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.oracle.bmc.ConfigFileReader;
import com.oracle.bmc.auth.ConfigFileAuthenticationDetailsProvider;
import com.oracle.bmc.auth.SimpleAuthenticationDetailsProvider;
import com.oracle.bmc.keymanagement.KmsCryptoClient;
import com.oracle.bmc.keymanagement.KmsManagementClient;
import com.oracle.bmc.keymanagement.KmsVaultClient;
import com.oracle.bmc.keymanagement.model.ChangeKeyCompartmentDetails;
import com.oracle.bmc.keymanagement.model.ChangeVaultCompartmentDetails;
import com.oracle.bmc.keymanagement.model.CreateKeyDetails;
import com.oracle.bmc.keymanagement.model.CreateVaultDetails;
import com.oracle.bmc.keymanagement.model.DecryptDataDetails;
import com.oracle.bmc.keymanagement.model.EncryptDataDetails;
import com.oracle.bmc.keymanagement.model.ExportKeyDetails;
import com.oracle.bmc.keymanagement.model.GenerateKeyDetails;
import com.oracle.bmc.keymanagement.model.GeneratedKey;
import com.oracle.bmc.keymanagement.model.ImportKeyDetails;
import com.oracle.bmc.keymanagement.model.ImportKeyVersionDetails;
import com.oracle.bmc.keymanagement.model.Key;
import com.oracle.bmc.keymanagement.model.KeyShape;
import com.oracle.bmc.keymanagement.model.KeySummary;
import com.oracle.bmc.keymanagement.model.KeyVersion;
import com.oracle.bmc.keymanagement.model.KeyVersionSummary;
import com.oracle.bmc.keymanagement.model.ScheduleKeyDeletionDetails;
import com.oracle.bmc.keymanagement.model.ScheduleKeyVersionDeletionDetails;
import com.oracle.bmc.keymanagement.model.ScheduleVaultDeletionDetails;
import com.oracle.bmc.keymanagement.model.SignDataDetails;
import com.oracle.bmc.keymanagement.model.SignedData;
import com.oracle.bmc.keymanagement.model.UpdateKeyDetails;
import com.oracle.bmc.keymanagement.model.UpdateVaultDetails;
import com.oracle.bmc.keymanagement.model.Vault;
import com.oracle.bmc.keymanagement.model.VerifyDataDetails;
import com.oracle.bmc.keymanagement.model.WrappedImportKey;
import com.oracle.bmc.keymanagement.model.WrappingKey;
import com.oracle.bmc.keymanagement.requests.BackupKeyRequest;
import com.oracle.bmc.keymanagement.requests.CancelKeyDeletionRequest;
import com.oracle.bmc.keymanagement.requests.CancelKeyVersionDeletionRequest;
import com.oracle.bmc.keymanagement.requests.CancelVaultDeletionRequest;
import com.oracle.bmc.keymanagement.requests.ChangeKeyCompartmentRequest;
import com.oracle.bmc.keymanagement.requests.ChangeVaultCompartmentRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.CreateVaultRequest;
import com.oracle.bmc.keymanagement.requests.DecryptRequest;
import com.oracle.bmc.keymanagement.requests.DisableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EnableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EncryptRequest;
import com.oracle.bmc.keymanagement.requests.ExportKeyRequest;
import com.oracle.bmc.keymanagement.requests.GenerateDataEncryptionKeyRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.GetVaultRequest;
import com.oracle.bmc.keymanagement.requests.GetVaultUsageRequest;
import com.oracle.bmc.keymanagement.requests.GetWrappingKeyRequest;
import com.oracle.bmc.keymanagement.requests.ImportKeyRequest;
import com.oracle.bmc.keymanagement.requests.ImportKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.ListKeyVersionsRequest;
import com.oracle.bmc.keymanagement.requests.ListKeysRequest;
import com.oracle.bmc.keymanagement.requests.ListVaultsRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleKeyDeletionRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleKeyVersionDeletionRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleVaultDeletionRequest;
import com.oracle.bmc.keymanagement.requests.SignRequest;
import com.oracle.bmc.keymanagement.requests.UpdateKeyRequest;
import com.oracle.bmc.keymanagement.requests.UpdateVaultRequest;
import com.oracle.bmc.keymanagement.requests.VerifyRequest;
import com.oracle.bmc.keymanagement.responses.GetKeyResponse;
import com.oracle.bmc.keymanagement.responses.GetVaultResponse;
import com.oracle.bmc.keymanagement.responses.ListKeysResponse;
import com.oracle.bmc.model.BmcException;
import io.grpc.ManagedChannel;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole API of keys through Oracle's own Java SDK, and its errors as that client's exceptions. */
class OciSdkKeysST {
    private static final String MESSAGE = Base64.getEncoder().encodeToString("a message".getBytes());

    private ConfigFileAuthenticationDetailsProvider who;
    private KmsVaultClient vaults;
    private KmsManagementClient management;
    private KmsCryptoClient crypto;
    private String compartment;
    private String tenancy;

    @BeforeEach
    void connect() throws Exception {
        StackEnvironment stack = Stack.up();
        who = new ConfigFileAuthenticationDetailsProvider(
                ConfigFileReader.parse(stack.ociConfig().toString(), "DEFAULT"));
        String keys = stack.keys().toString();
        vaults = KmsVaultClient.builder().endpoint(keys).build(who);
        management = KmsManagementClient.builder().endpoint(keys).build(who);
        crypto = KmsCryptoClient.builder().endpoint(keys).build(who);
        HoldfastApi api = new HoldfastApi(stack);
        compartment = api.compartment("sdk-keys");
        tenancy = api.tenancy();
    }

    @AfterEach
    void disconnect() {
        vaults.close();
        management.close();
        crypto.close();
    }

    @Test
    void everyShapeDoesWhatItIsFor() {
        vault();
        for (KeyShape.Builder shape : shapes()) {
            Key key = key(shape.build(), "a " + shape.build().getAlgorithm());
            switch (key.getKeyShape().getAlgorithm()) {
                case Aes -> encrypts(key, EncryptDataDetails.EncryptionAlgorithm.Aes256Gcm);
                case Rsa -> {
                    encrypts(key, EncryptDataDetails.EncryptionAlgorithm.RsaOaepSha1);
                    encrypts(key, EncryptDataDetails.EncryptionAlgorithm.RsaOaepSha256);
                    signs(key, SignDataDetails.SigningAlgorithm.Sha256RsaPkcsPss);
                    signs(key, SignDataDetails.SigningAlgorithm.Sha512RsaPkcs1V15);
                }
                default -> {
                    signs(key, SignDataDetails.SigningAlgorithm.EcdsaSha256);
                    assertThat(key.getKeyShape().getCurveId()).isEqualTo(KeyShape.CurveId.NistP256);
                }
            }
        }
    }

    private static KeyShape.Builder[] shapes() {
        return new KeyShape.Builder[] {
            KeyShape.builder().algorithm(KeyShape.Algorithm.Aes).length(16),
            KeyShape.builder().algorithm(KeyShape.Algorithm.Aes).length(24),
            KeyShape.builder().algorithm(KeyShape.Algorithm.Rsa).length(256),
            KeyShape.builder().algorithm(KeyShape.Algorithm.Ecdsa).length(32).curveId(KeyShape.CurveId.NistP256)
        };
    }

    private void encrypts(Key key, EncryptDataDetails.EncryptionAlgorithm algorithm) {
        String ciphertext = crypto.encrypt(EncryptRequest.builder()
                        .encryptDataDetails(EncryptDataDetails.builder()
                                .keyId(key.getId())
                                .plaintext(MESSAGE)
                                .encryptionAlgorithm(algorithm)
                                .associatedData(Map.of("b", "2", "a", "1"))
                                .loggingContext(Map.of("why", "a test"))
                                .build())
                        .build())
                .getEncryptedData()
                .getCiphertext();
        assertThat(crypto.decrypt(DecryptRequest.builder()
                                .decryptDataDetails(DecryptDataDetails.builder()
                                        .keyId(key.getId())
                                        .ciphertext(ciphertext)
                                        .associatedData(Map.of("a", "1", "b", "2"))
                                        .build())
                                .build())
                        .getDecryptedData()
                        .getPlaintext())
                .isEqualTo(MESSAGE);
        refused(
                400,
                "InvalidParameter",
                () -> crypto.decrypt(DecryptRequest.builder()
                        .decryptDataDetails(DecryptDataDetails.builder()
                                .keyId(key.getId())
                                .ciphertext(ciphertext)
                                .build())
                        .build()));
    }

    private void signs(Key key, SignDataDetails.SigningAlgorithm algorithm) {
        SignedData signed = crypto.sign(SignRequest.builder()
                        .signDataDetails(SignDataDetails.builder()
                                .keyId(key.getId())
                                .message(MESSAGE)
                                .signingAlgorithm(algorithm)
                                .build())
                        .build())
                .getSignedData();
        for (boolean genuine : new boolean[] {true, false}) {
            assertThat(crypto.verify(VerifyRequest.builder()
                                    .verifyDataDetails(VerifyDataDetails.builder()
                                            .keyId(key.getId())
                                            .keyVersionId(signed.getKeyVersionId())
                                            .message(genuine ? MESSAGE : "AAAA")
                                            .signature(signed.getSignature())
                                            .signingAlgorithm(
                                                    VerifyDataDetails.SigningAlgorithm.create(algorithm.getValue()))
                                            .build())
                                    .build())
                            .getVerifiedData()
                            .getIsSignatureValid())
                    .isEqualTo(genuine);
        }
    }

    @Test
    void aBroughtKeyGoesOutToItsOwnerAgain() throws Exception {
        vault();
        WrappingKey wrapping = management
                .getWrappingKey(GetWrappingKeyRequest.builder().build())
                .getWrappingKey();
        byte[] material = new byte[32];
        Arrays.fill(material, (byte) 5);
        Key key = management
                .importKey(ImportKeyRequest.builder()
                        .importKeyDetails(ImportKeyDetails.builder()
                                .compartmentId(compartment)
                                .displayName("brought")
                                .keyShape(aes())
                                .protectionMode(ImportKeyDetails.ProtectionMode.Software)
                                .wrappedImportKey(WrappedImportKey.builder()
                                        .keyMaterial(Base64.getEncoder()
                                                .encodeToString(oaep(
                                                        Cipher.ENCRYPT_MODE,
                                                        publicKey(wrapping.getPublicKey()),
                                                        material)))
                                        .wrappingAlgorithm(WrappedImportKey.WrappingAlgorithm.RsaOaepSha256)
                                        .build())
                                .build())
                        .build())
                .getKey();
        assertThat(management
                        .getKeyVersion(GetKeyVersionRequest.builder()
                                .keyId(key.getId())
                                .keyVersionId(key.getCurrentKeyVersion())
                                .build())
                        .getKeyVersion()
                        .getOrigin())
                .isEqualTo(KeyVersion.Origin.External);

        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair recipient = generator.generateKeyPair();
        String wrapped = crypto.exportKey(ExportKeyRequest.builder()
                        .exportKeyDetails(ExportKeyDetails.builder()
                                .keyId(key.getId())
                                .algorithm(ExportKeyDetails.Algorithm.RsaOaepSha256)
                                .publicKey("-----BEGIN PUBLIC KEY-----\n"
                                        + Base64.getMimeEncoder()
                                                .encodeToString(
                                                        recipient.getPublic().getEncoded())
                                        + "\n-----END PUBLIC KEY-----")
                                .build())
                        .build())
                .getExportedKeyData()
                .getEncryptedKey();
        assertThat(oaep(
                        Cipher.DECRYPT_MODE,
                        recipient.getPrivate(),
                        Base64.getDecoder().decode(wrapped)))
                .isEqualTo(material);
    }

    @Test
    void keysAreListedByPagesUpdatedMovedAndTheirVersionsDeleted() {
        vault();
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            made.add(key(aes(), "listed-" + i).getId());
        }
        Set<String> listed = new HashSet<>();
        String page = null;
        do {
            ListKeysResponse answer = management.listKeys(ListKeysRequest.builder()
                    .compartmentId(compartment)
                    .limit(2)
                    .page(page)
                    .build());
            assertThat(answer.getItems()).hasSizeLessThanOrEqualTo(2);
            answer.getItems().stream().map(KeySummary::getId).forEach(listed::add);
            page = answer.getOpcNextPage();
        } while (page != null);
        assertThat(listed).containsAll(made);

        String id = made.iterator().next();
        GetKeyResponse before =
                management.getKey(GetKeyRequest.builder().keyId(id).build());
        Key updated = management
                .updateKey(UpdateKeyRequest.builder()
                        .keyId(id)
                        .ifMatch(before.getEtag())
                        .updateKeyDetails(UpdateKeyDetails.builder()
                                .displayName("renamed")
                                .freeformTags(Map.of("team", "payments"))
                                .build())
                        .build())
                .getKey();
        assertThat(updated.getDisplayName()).isEqualTo("renamed");
        refused(
                412,
                "NoEtagMatch",
                () -> management.updateKey(UpdateKeyRequest.builder()
                        .keyId(id)
                        .ifMatch(before.getEtag())
                        .updateKeyDetails(
                                UpdateKeyDetails.builder().displayName("late").build())
                        .build()));
        management.changeKeyCompartment(ChangeKeyCompartmentRequest.builder()
                .keyId(id)
                .changeKeyCompartmentDetails(ChangeKeyCompartmentDetails.builder()
                        .compartmentId(tenancy)
                        .build())
                .build());
        assertThat(management
                        .getKey(GetKeyRequest.builder().keyId(id).build())
                        .getKey()
                        .getCompartmentId())
                .isEqualTo(tenancy);

        String first = updated.getCurrentKeyVersion();
        refused(409, "Conflict", () -> management.scheduleKeyVersionDeletion(version(id, first)));
        management.createKeyVersion(CreateKeyVersionRequest.builder().keyId(id).build());
        assertThat(management
                        .scheduleKeyVersionDeletion(version(id, first))
                        .getKeyVersion()
                        .getLifecycleState())
                .isEqualTo(KeyVersion.LifecycleState.PendingDeletion);
        assertThat(management
                        .cancelKeyVersionDeletion(CancelKeyVersionDeletionRequest.builder()
                                .keyId(id)
                                .keyVersionId(first)
                                .build())
                        .getKeyVersion()
                        .getLifecycleState())
                .isEqualTo(KeyVersion.LifecycleState.Enabled);
    }

    private static ScheduleKeyVersionDeletionRequest version(String key, String version) {
        return ScheduleKeyVersionDeletionRequest.builder()
                .keyId(key)
                .keyVersionId(version)
                .scheduleKeyVersionDeletionDetails(ScheduleKeyVersionDeletionDetails.builder()
                        .timeOfDeletion(in(10))
                        .build())
                .build();
    }

    @Test
    void aVaultGoesWithItsKeysAndComesBack() {
        Vault vault = vault();
        Key key = key(aes(), "in a vault");
        assertThat(vaults.getVaultUsage(GetVaultUsageRequest.builder()
                                .vaultId(vault.getId())
                                .build())
                        .getVaultUsage()
                        .getSoftwareKeyCount())
                .isEqualTo(1);
        assertThat(vaults.scheduleVaultDeletion(ScheduleVaultDeletionRequest.builder()
                                .vaultId(vault.getId())
                                .scheduleVaultDeletionDetails(ScheduleVaultDeletionDetails.builder()
                                        .timeOfDeletion(in(12))
                                        .build())
                                .build())
                        .getVault()
                        .getLifecycleState())
                .isEqualTo(Vault.LifecycleState.PendingDeletion);
        assertThat(state(key)).isEqualTo(Key.LifecycleState.PendingDeletion);
        refused(409, "Conflict", () -> encrypt(key.getId(), MESSAGE));
        assertThat(vaults.cancelVaultDeletion(CancelVaultDeletionRequest.builder()
                                .vaultId(vault.getId())
                                .build())
                        .getVault()
                        .getLifecycleState())
                .isEqualTo(Vault.LifecycleState.Active);
        assertThat(state(key)).isEqualTo(Key.LifecycleState.Enabled);
    }

    @Test
    void aKeysWholeLife() throws Exception {
        vault();
        Key key = key(aes(), "a whole life");
        GeneratedKey generated = crypto.generateDataEncryptionKey(GenerateDataEncryptionKeyRequest.builder()
                        .generateKeyDetails(GenerateKeyDetails.builder()
                                .keyId(key.getId())
                                .includePlaintextKey(true)
                                .keyShape(aes())
                                .associatedData(Map.of("a", "1"))
                                .build())
                        .build())
                .getGeneratedKey();
        assertThat(Base64.getDecoder().decode(generated.getPlaintext())).hasSize(32);
        assertThat(decrypted(key.getId(), Base64.getDecoder().decode(generated.getCiphertext()), Map.of("a", "1")))
                .isEqualTo(generated.getPlaintext());

        byte[] material = new byte[32];
        Arrays.fill(material, (byte) 6);
        WrappingKey wrapping = management
                .getWrappingKey(GetWrappingKeyRequest.builder().build())
                .getWrappingKey();
        KeyVersion brought = management
                .importKeyVersion(ImportKeyVersionRequest.builder()
                        .keyId(key.getId())
                        .importKeyVersionDetails(ImportKeyVersionDetails.builder()
                                .wrappedImportKey(WrappedImportKey.builder()
                                        .keyMaterial(Base64.getEncoder()
                                                .encodeToString(oaep(
                                                        Cipher.ENCRYPT_MODE,
                                                        publicKey(wrapping.getPublicKey()),
                                                        material)))
                                        .wrappingAlgorithm(WrappedImportKey.WrappingAlgorithm.RsaOaepSha256)
                                        .build())
                                .build())
                        .build())
                .getKeyVersion();
        assertThat(brought.getOrigin()).isEqualTo(KeyVersion.Origin.External);
        assertThat(management
                        .listKeyVersions(ListKeyVersionsRequest.builder()
                                .keyId(key.getId())
                                .sortBy(ListKeyVersionsRequest.SortBy.Timecreated)
                                .sortOrder(ListKeyVersionsRequest.SortOrder.Asc)
                                .build())
                        .getItems())
                .extracting(KeyVersionSummary::getId)
                .containsExactly(key.getCurrentKeyVersion(), brought.getId());

        Date end = Date.from(in(9).toInstant().truncatedTo(ChronoUnit.MILLIS));
        Key scheduled = management
                .scheduleKeyDeletion(ScheduleKeyDeletionRequest.builder()
                        .keyId(key.getId())
                        .scheduleKeyDeletionDetails(ScheduleKeyDeletionDetails.builder()
                                .timeOfDeletion(end)
                                .build())
                        .build())
                .getKey();
        assertThat(scheduled.getLifecycleState()).isEqualTo(Key.LifecycleState.PendingDeletion);
        assertThat(scheduled.getTimeOfDeletion()).isEqualTo(end);
        refused(409, "Conflict", () -> encrypt(key.getId(), MESSAGE));
        management.cancelKeyDeletion(
                CancelKeyDeletionRequest.builder().keyId(key.getId()).build());
        assertThat(state(key)).isEqualTo(Key.LifecycleState.Enabled);
        encrypt(key.getId(), MESSAGE);
        management.disableKey(DisableKeyRequest.builder().keyId(key.getId()).build());
        assertThat(state(key)).isEqualTo(Key.LifecycleState.Disabled);
        management.enableKey(EnableKeyRequest.builder().keyId(key.getId()).build());
        assertThat(state(key)).isEqualTo(Key.LifecycleState.Enabled);
    }

    @Test
    void vaultsAreReadListedUpdatedAndMoved() {
        Vault vault = vault();
        String id = vault.getId();
        GetVaultResponse read = read(id);
        assertThat(read.getVault().getDisplayName()).isEqualTo(vault.getDisplayName());
        assertThat(listed(compartment)).contains(id);

        Vault updated = vaults.updateVault(UpdateVaultRequest.builder()
                        .vaultId(id)
                        .ifMatch(read.getEtag())
                        .updateVaultDetails(UpdateVaultDetails.builder()
                                .displayName("renamed")
                                .freeformTags(Map.of("team", "payments"))
                                .build())
                        .build())
                .getVault();
        assertThat(updated.getDisplayName()).isEqualTo("renamed");
        assertThat(updated.getFreeformTags()).containsEntry("team", "payments");
        refused(
                412,
                "NoEtagMatch",
                () -> vaults.updateVault(UpdateVaultRequest.builder()
                        .vaultId(id)
                        .ifMatch(read.getEtag())
                        .updateVaultDetails(
                                UpdateVaultDetails.builder().displayName("late").build())
                        .build()));

        move(id, tenancy);
        assertThat(read(id).getVault().getCompartmentId()).isEqualTo(tenancy);
        assertThat(listed(tenancy)).contains(id);
        assertThat(listed(compartment)).doesNotContain(id);
        move(id, compartment);
        assertThat(listed(compartment)).contains(id);
    }

    private GetVaultResponse read(String vault) {
        return vaults.getVault(GetVaultRequest.builder().vaultId(vault).build());
    }

    /** Page by page, as Oracle's client goes on by itself. */
    private Set<String> listed(String in) {
        Set<String> ids = new HashSet<>();
        vaults.getPaginators()
                .listVaultsRecordIterator(
                        ListVaultsRequest.builder().compartmentId(in).limit(2).build())
                .forEach(each -> ids.add(each.getId()));
        return ids;
    }

    private void move(String vault, String to) {
        vaults.changeVaultCompartment(ChangeVaultCompartmentRequest.builder()
                .vaultId(vault)
                .changeVaultCompartmentDetails(ChangeVaultCompartmentDetails.builder()
                        .compartmentId(to)
                        .build())
                .build());
    }

    @Test
    void errorsComeAsTheClientsExceptions() {
        vault();
        Key key = key(aes(), "errors");
        refused(
                400,
                "InvalidParameter",
                () -> key(
                        KeyShape.builder()
                                .algorithm(KeyShape.Algorithm.Aes)
                                .length(17)
                                .build(),
                        "odd"));
        refused(400, "InvalidParameter", () -> encrypt(key.getId(), "%%%"));
        refused(
                400,
                "InvalidParameter",
                () -> encrypt(key.getId(), Base64.getEncoder().encodeToString(new byte[4097])));
        refused(400, "InvalidParameter", () -> decrypt(key.getId(), MESSAGE));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                () -> encrypt("ocid1.key.oc1.iad.bbpcqhz3aaeug.aaaaaaaanosuchkey", MESSAGE));
        refused(
                400,
                "InvalidParameter",
                () -> management.scheduleKeyDeletion(ScheduleKeyDeletionRequest.builder()
                        .keyId(key.getId())
                        .scheduleKeyDeletionDetails(ScheduleKeyDeletionDetails.builder()
                                .timeOfDeletion(in(40))
                                .build())
                        .build()));
        refused(
                501,
                "MethodNotImplemented",
                () -> management.backupKey(
                        BackupKeyRequest.builder().keyId(key.getId()).build()));
        String token = UUID.randomUUID().toString();
        Key once = management.createKey(creation(aes(), "once", token)).getKey();
        assertThat(management.createKey(creation(aes(), "once", token)).getKey().getId())
                .isEqualTo(once.getId());
        refused(409, "InvalidatedRetryToken", () -> management.createKey(creation(aes(), "twice", token)));
        refused(413, "RequestEntityTooLarge", () -> encrypt(key.getId(), "A".repeat(1_200_000)));
    }

    @Test
    void badInputAndWhoMayNotAreRefusedAsTheBookSays() throws Exception {
        vault();
        Key key = key(aes(), "bad input");
        Key other = key(aes(), "another");
        Key signer = key(
                KeyShape.builder()
                        .algorithm(KeyShape.Algorithm.Ecdsa)
                        .length(32)
                        .curveId(KeyShape.CurveId.NistP256)
                        .build(),
                "a signer");
        List<String> strangers = List.of(other.getCurrentKeyVersion(), key.getCurrentKeyVersion() + "x");
        for (String version : strangers) {
            refused(400, "InvalidParameter", () -> encryptUnder(key.getId(), version));
            refused(400, "InvalidParameter", () -> signUnder(signer.getId(), version));
            refused(
                    404,
                    "NotAuthorizedOrNotFound",
                    () -> management.getKeyVersion(GetKeyVersionRequest.builder()
                            .keyId(key.getId())
                            .keyVersionId(version)
                            .build()));
        }

        try (KmsManagementClient forged =
                KmsManagementClient.builder().endpoint(management.getEndpoint()).build(withAnotherPrivateKey())) {
            refused(
                    401,
                    "NotAuthenticated",
                    () -> forged.getKey(
                            GetKeyRequest.builder().keyId(key.getId()).build()));
        }

        String ciphertext = encrypted(key.getId(), Map.of());
        management.disableKey(DisableKeyRequest.builder().keyId(key.getId()).build());
        management.disableKey(DisableKeyRequest.builder().keyId(signer.getId()).build());
        refused(409, "Conflict", () -> encrypt(key.getId(), MESSAGE));
        refused(409, "Conflict", () -> decrypt(key.getId(), ciphertext));
        refused(409, "Conflict", () -> signUnder(signer.getId(), signer.getCurrentKeyVersion()));
        refused(
                409,
                "Conflict",
                () -> management.disableKey(
                        DisableKeyRequest.builder().keyId(key.getId()).build()));
    }

    /** Whoever tries ciphertexts learns nothing from how they fail. */
    @Test
    void whateverIsWrongWithACiphertextTheAnswerIsOne() {
        StackEnvironment stack = Stack.up();
        String key = new HoldfastApi(stack).boundCluster("SOFTWARE").key();
        Map<String, String> associatedData = Map.of("namespace", "payments");
        byte[] good = Base64.getDecoder().decode(encrypted(key, associatedData));
        assertThat(decrypted(key, good, associatedData)).isEqualTo(MESSAGE);

        Map<String, ThrowingCallable> wrong = new LinkedHashMap<>();
        for (int at : new int[] {0, 1, good.length / 2, good.length - 17, good.length - 1}) {
            byte[] flipped = good.clone();
            flipped[at] ^= 1;
            wrong.put("byte " + at + " flipped", () -> decrypted(key, flipped, associatedData));
        }
        wrong.put("cut", () -> decrypted(key, Arrays.copyOf(good, good.length - 1), associatedData));
        wrong.put("wrong associatedData", () -> decrypted(key, good, Map.of("namespace", "default")));
        wrong.put("no associatedData", () -> decrypted(key, good, Map.of()));
        byte[] dataKey = wrappedForACluster(stack, key);
        wrong.put("a cluster's wrapped data key", () -> decrypted(key, dataKey, associatedData));
        wrong.put("the same without associatedData", () -> decrypted(key, dataKey, Map.of()));
        vault();
        String other = encrypted(key(aes(), "another").getId(), associatedData);
        wrong.put("another key's", () -> decrypted(key, Base64.getDecoder().decode(other), associatedData));

        wrong.forEach((what, call) -> assertThatThrownBy(call)
                .as(what)
                .isInstanceOfSatisfying(BmcException.class, e -> {
                    assertThat(e.getStatusCode()).as(what).isEqualTo(400);
                    assertThat(e.getServiceCode()).as(what).isEqualTo("InvalidParameter");
                    // Oracle's client puts the service's words between its own.
                    assertThat(e.getMessage())
                            .as(what)
                            .contains("ciphertext was not made by this key with this associatedData, or was altered");
                }));
    }

    /** As secret-service has the key of an envelope wrapped. */
    private static byte[] wrappedForACluster(StackEnvironment stack, String key) {
        ManagedChannel channel = SecondReplica.channel(stack, stack.get("HOLDFAST_KEYS_GRPC"));
        try {
            String binding = BindingsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .list(ListRequest.newBuilder().setKeyId(key).build())
                    .getBindings(0)
                    .getId();
            return KeyCryptoGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .wrap(WrapRequest.newBuilder()
                            .setBindingId(binding)
                            .addPayloads(ByteString.copyFrom(new byte[32]))
                            .build())
                    .getWrapped(0)
                    .toByteArray();
        } finally {
            channel.shutdownNow();
        }
    }

    /** The user's own name, signed for by somebody else. */
    private SimpleAuthenticationDetailsProvider withAnotherPrivateKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return SimpleAuthenticationDetailsProvider.builder()
                .tenantId(who.getTenantId())
                .userId(who.getUserId())
                .fingerprint(who.getFingerprint())
                .privateKeySupplier(() -> new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .build();
    }

    private void encryptUnder(String key, String version) {
        crypto.encrypt(EncryptRequest.builder()
                .encryptDataDetails(EncryptDataDetails.builder()
                        .keyId(key)
                        .keyVersionId(version)
                        .plaintext(MESSAGE)
                        .build())
                .build());
    }

    private void signUnder(String key, String version) {
        crypto.sign(SignRequest.builder()
                .signDataDetails(SignDataDetails.builder()
                        .keyId(key)
                        .keyVersionId(version)
                        .message(MESSAGE)
                        .signingAlgorithm(SignDataDetails.SigningAlgorithm.EcdsaSha256)
                        .build())
                .build());
    }

    private String encrypted(String key, Map<String, String> associatedData) {
        return crypto.encrypt(EncryptRequest.builder()
                        .encryptDataDetails(EncryptDataDetails.builder()
                                .keyId(key)
                                .plaintext(MESSAGE)
                                .associatedData(associatedData)
                                .build())
                        .build())
                .getEncryptedData()
                .getCiphertext();
    }

    private String decrypted(String key, byte[] ciphertext, Map<String, String> associatedData) {
        return crypto.decrypt(DecryptRequest.builder()
                        .decryptDataDetails(DecryptDataDetails.builder()
                                .keyId(key)
                                .ciphertext(Base64.getEncoder().encodeToString(ciphertext))
                                .associatedData(associatedData)
                                .build())
                        .build())
                .getDecryptedData()
                .getPlaintext();
    }

    private Key.LifecycleState state(Key key) {
        return management
                .getKey(GetKeyRequest.builder().keyId(key.getId()).build())
                .getKey()
                .getLifecycleState();
    }

    private void encrypt(String key, String plaintext) {
        crypto.encrypt(EncryptRequest.builder()
                .encryptDataDetails(EncryptDataDetails.builder()
                        .keyId(key)
                        .plaintext(plaintext)
                        .build())
                .build());
    }

    private void decrypt(String key, String ciphertext) {
        crypto.decrypt(DecryptRequest.builder()
                .decryptDataDetails(DecryptDataDetails.builder()
                        .keyId(key)
                        .ciphertext(ciphertext)
                        .build())
                .build());
    }

    private static void refused(int status, String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(BmcException.class, e -> {
            assertThat(e.getStatusCode()).as(e.getMessage()).isEqualTo(status);
            assertThat(e.getServiceCode()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getOpcRequestId()).isNotEmpty();
        });
    }

    private Vault vault() {
        return vaults.createVault(CreateVaultRequest.builder()
                        .createVaultDetails(CreateVaultDetails.builder()
                                .compartmentId(compartment)
                                .displayName("sdk-" + UUID.randomUUID())
                                .vaultType(CreateVaultDetails.VaultType.Default)
                                .build())
                        .build())
                .getVault();
    }

    private Key key(KeyShape shape, String name) {
        return management
                .createKey(creation(shape, name, UUID.randomUUID().toString()))
                .getKey();
    }

    private CreateKeyRequest creation(KeyShape shape, String name, String token) {
        return CreateKeyRequest.builder()
                .opcRetryToken(token)
                .createKeyDetails(CreateKeyDetails.builder()
                        .compartmentId(compartment)
                        .displayName(name)
                        .keyShape(shape)
                        .protectionMode(CreateKeyDetails.ProtectionMode.Software)
                        .build())
                .build();
    }

    private static KeyShape aes() {
        return KeyShape.builder().algorithm(KeyShape.Algorithm.Aes).length(32).build();
    }

    private static Date in(int days) {
        return Date.from(Instant.now().plus(days, ChronoUnit.DAYS));
    }

    private static PublicKey publicKey(String pem) throws Exception {
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }

    private static byte[] oaep(int mode, java.security.Key key, byte[] bytes) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                mode,
                key,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return cipher.doFinal(bytes);
    }
}
