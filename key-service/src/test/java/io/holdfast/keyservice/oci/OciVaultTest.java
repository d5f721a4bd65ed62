package io.holdfast.keyservice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.bmc.keymanagement.model.ScheduleKeyDeletionDetails;
import com.oracle.bmc.keymanagement.requests.DisableKeyRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleKeyDeletionRequest;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.service.IdentityProfile;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.VaultContract;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The adapter against another key-service, which speaks Oracle's API, checks signatures and keeps its keys in the built-in
 * vault.
 */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class OciVaultTest extends VaultContract {
    @TestHTTPResource("/")
    URI peer;

    @ConfigProperty(name = "holdfast.identity.bootstrap-file")
    Path bootstrap;

    @TempDir
    Path directory;

    private OciPeer there;

    @BeforeEach
    void configure() throws Exception {
        there = OciPeer.of(peer, bootstrap, directory);
    }

    @AfterEach
    void close() {
        there.close();
    }

    private OciVault far() {
        return there.vault();
    }

    @Override
    protected Vault vault() {
        return far();
    }

    @Override
    protected boolean exports() {
        return false;
    }

    private Vault.Wish wish(KeyShape shape, Optional<Vault.Made> current) {
        return new Vault.Wish(
                current.map(Vault.Made::key).orElse(MINT.key(there.id())),
                MINT.keyVersion(there.id()),
                shape,
                "a key",
                ProtectionMode.SOFTWARE,
                current.isEmpty());
    }

    private Vault.Made made(KeyShape shape) {
        return far().generate(wish(shape, Optional.empty()));
    }

    private WrappedDek wrap(Vault.Made made, KeyShape shape, EncryptionAlgorithm algorithm, int length) {
        try (Vault.Material material = far().open(made.key(), made.version(), shape, made.stored());
                SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[length])) {
            return material.wrap(Scope.rest(Bytes.copyOf(new byte[3])), algorithm, payload);
        }
    }

    @Test
    void aRepeatedRequestMakesNoSecondKey() {
        Vault.Wish wish = wish(KeyShape.AES_256, Optional.empty());
        Vault.Made made = far().generate(wish);

        assertThat(far().generate(wish)).isEqualTo(made);
        assertThat(far().list()).hasSize(1);
        Vault.Wish next = wish(KeyShape.AES_256, Optional.of(made));
        assertThat(far().generate(next)).isEqualTo(far().generate(next)).isNotEqualTo(made);
    }

    @Test
    void theVaultListsItsKeysAndTellsOfEach() {
        Vault.Made aes = made(KeyShape.AES_256);
        Vault.Made rsa = made(new KeyShape(Algorithm.RSA, 256));
        Vault.Made next = far().generate(wish(new KeyShape(Algorithm.RSA, 256), Optional.of(rsa)));

        assertThat(far().list())
                .containsExactlyInAnyOrder(
                        new RemoteKeys.Summary(aes.key(), RemoteKeys.State.ENABLED),
                        new RemoteKeys.Summary(rsa.key(), RemoteKeys.State.ENABLED));
        assertThat(far().find(rsa.key()))
                .contains(new RemoteKeys.Detail(
                        rsa.key(),
                        RemoteKeys.State.ENABLED,
                        "a key",
                        new KeyShape(Algorithm.RSA, 256),
                        ProtectionMode.SOFTWARE,
                        next.version(),
                        Optional.empty()));
        assertThat(far().adopt(rsa.key(), next.version()))
                .isEqualTo(new RemoteKeys.Adopted(next.stored(), next.publicKey()));
        assertThat(far().adopt(aes.key(), aes.version()))
                .isEqualTo(new RemoteKeys.Adopted(aes.stored(), Optional.empty()));
        assertThat(far().find(MINT.key(there.id()))).isEmpty();
        assertThatThrownBy(() -> far().adopt(aes.key(), MINT.keyVersion(there.id())))
                .isInstanceOf(VaultUnavailable.class);
    }

    @Test
    void aKeyDisabledThereIsUsedNoMore() throws Exception {
        Vault.Made made = made(KeyShape.AES_256);
        WrappedDek before = wrap(made, KeyShape.AES_256, EncryptionAlgorithm.AES_256_GCM, 32);
        there.in(management -> management.disableKey(
                DisableKeyRequest.builder().keyId(made.key().value()).build()));

        assertThat(far().list()).containsExactly(new RemoteKeys.Summary(made.key(), RemoteKeys.State.DISABLED));
        assertConflict(() -> wrap(made, KeyShape.AES_256, EncryptionAlgorithm.AES_256_GCM, 32), "DISABLED");
        assertConflict(() -> far().generate(wish(KeyShape.AES_256, Optional.of(made))), "DISABLED");
        try (Vault.Material material = far().open(made.key(), made.version(), KeyShape.AES_256, made.stored())) {
            assertConflict(() -> material.unwrap(Scope.rest(Bytes.copyOf(new byte[3])), before), "DISABLED");
        }
    }

    @Test
    void aDeletionScheduledThereIsSeenWithItsTime() throws Exception {
        Vault.Made made = made(KeyShape.AES_256);
        Instant time = Instant.now().plus(20, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        there.in(management -> management.scheduleKeyDeletion(ScheduleKeyDeletionRequest.builder()
                .keyId(made.key().value())
                .scheduleKeyDeletionDetails(ScheduleKeyDeletionDetails.builder()
                        .timeOfDeletion(Date.from(time))
                        .build())
                .build()));

        RemoteKeys.Detail seen = far().find(made.key()).orElseThrow();
        assertThat(seen.state()).isEqualTo(RemoteKeys.State.PENDING_DELETION);
        assertThat(seen.timeOfDeletion()).contains(time);
    }

    private static void assertConflict(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.CONFLICT))
                .hasMessageContaining(says);
    }

    @Test
    void materialThatACustomerMadeIsTaken() throws Exception {
        byte[] aes = new byte[32];
        Arrays.fill(aes, (byte) 5);
        try (SecretBytes material = SecretBytes.takeOwnershipOf(aes)) {
            Vault.Made made = far().adopt(wish(KeyShape.AES_256, Optional.empty()), material);
            Vault.Made next = far().adopt(wish(KeyShape.AES_256, Optional.of(made)), material);

            assertThat(next.key()).isEqualTo(made.key());
            assertThat(next.version()).isNotEqualTo(made.version());
            assertThat(wrap(next, KeyShape.AES_256, EncryptionAlgorithm.AES_256_GCM, 32)
                            .keyVersionId())
                    .isEqualTo(next.version());
        }
        KeyShape rsa = new KeyShape(Algorithm.RSA, 256);
        KeyPair pair = Signer.rsa(2048);
        try (SecretBytes material =
                SecretBytes.takeOwnershipOf(pair.getPrivate().getEncoded())) {
            Vault.Made made = far().adopt(wish(rsa, Optional.empty()), material);

            assertThat(made.publicKey().orElseThrow().replaceAll("\\s", ""))
                    .isEqualTo(Signer.pem(pair).replaceAll("\\s", ""));
            assertThatThrownBy(() -> far().adopt(wish(KeyShape.AES_256, Optional.empty()), material))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("32 bytes");
            assertThatThrownBy(() -> far().adopt(wish(new KeyShape(Algorithm.ECDSA, 32), Optional.empty()), material))
                    .isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void rsaEncryptsALittleLessThanElsewhereAndSaysSo() {
        KeyShape shape = new KeyShape(Algorithm.RSA, 256);
        Vault.Made made = made(shape);

        wrap(made, shape, EncryptionAlgorithm.RSA_OAEP_SHA_256, 158);
        assertThatThrownBy(() -> wrap(made, shape, EncryptionAlgorithm.RSA_OAEP_SHA_256, 159))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("at most 158 bytes");
    }

    /** A KEK travels in each DEK that it wraps: what the vault made of it must leave room. */
    @Test
    void aDekFitsWithItsKekInside() {
        BindingId binding = MINT.binding();
        for (KeyShape shape : List.of(KeyShape.AES_256, new KeyShape(Algorithm.RSA, 512))) {
            Vault.Made made = made(shape);
            try (Vault.Material material = far().open(made.key(), made.version(), shape, made.stored());
                    SecretBytes kek = SecretBytes.takeOwnershipOf(new byte[32])) {
                EncryptionAlgorithm algorithm = shape.algorithm() == Algorithm.AES
                        ? EncryptionAlgorithm.AES_256_GCM
                        : EncryptionAlgorithm.RSA_OAEP_SHA_256;
                WrappedDek wrapped = material.wrap(Scope.kek(binding), algorithm, kek);
                WrappedDek.Header carrying = new WrappedDek.Header(made.key(), made.version(), wrapped.asKek());
                // 64 of a DEK with its tag, 40 of XAES.
                WrappedDek dek = new WrappedDek(carrying, Bytes.takeOwnershipOf(new byte[104]));

                assertThat(WrappedDek.parse(dek.encode()).header().wrappedKek()).isEqualTo(wrapped);
            }
        }
    }

    @Test
    void anApiKeyThatIsNotKnownThereIsTheOperatorsMatter() {
        Vault.Made made = made(KeyShape.AES_256);
        try (OciVaults strangers = there.openAs(Signer.rsa(2048), directory)) {
            OciVault vault = strangers.vaults().getFirst();
            assertThatThrownBy(vault::list)
                    .isInstanceOf(VaultUnavailable.class)
                    .hasMessageContaining("does not let this installation");
            assertThatThrownBy(() -> vault.find(made.key())).isInstanceOf(VaultUnavailable.class);
        }
    }

    @Test
    void aKeyThatIsNotThereDecryptsNothing() {
        Vault.Made made = made(KeyShape.AES_256);
        WrappedDek wrapped = wrap(made, KeyShape.AES_256, EncryptionAlgorithm.AES_256_GCM, 32);
        KeyId other = MINT.key(there.id());
        WrappedDek relabelled = new WrappedDek(
                new WrappedDek.Header(other, made.version(), wrapped.header().means()), wrapped.sealed());
        try (Vault.Material material = far().open(made.key(), made.version(), KeyShape.AES_256, made.stored())) {
            assertThatThrownBy(() -> material.unwrap(Scope.rest(Bytes.copyOf(new byte[3])), relabelled))
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }
}
