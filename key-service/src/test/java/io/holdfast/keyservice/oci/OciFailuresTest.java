package io.holdfast.keyservice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.holdfast.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a vault that is busy, unwell, silent or odd costs a caller here, and what it makes of it. */
class OciFailuresTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final VaultId vaultId = MINT.vault();
    private final KeyId key = MINT.key(vaultId);
    private final KeyVersionId version = MINT.keyVersion(vaultId);
    private final Scope scope = Scope.kek(MINT.binding());
    private final FakeEdge edge = new FakeEdge();
    private OciVaults opened = new OciVaults(List.of());

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void configure() {
        String tenancy = MINT.tenancy().value();
        settings.put("vault-id", vaultId.value());
        settings.put("key-compartment", tenancy);
        settings.put("compartment", tenancy);
        settings.put("management-endpoint", edge.endpoint());
        settings.put("crypto-endpoint", edge.endpoint());
        settings.put(
                "config-file",
                OciConfigs.file(directory, tenancy, MINT.user().value(), Signer.rsa(2048))
                        .toString());
        settings.put("breaker.calls", "1000");
    }

    @AfterEach
    void close() {
        opened.close();
        edge.close();
    }

    private OciVault vault() {
        if (opened.vaults().isEmpty()) {
            opened = OciVaults.open(OciConfigs.read(settings), TimeSource.system());
        }
        return opened.vaults().getFirst();
    }

    private WrappedDek wrap() {
        try (Vault.Material material = material();
                SecretBytes kek = SecretBytes.takeOwnershipOf(new byte[32])) {
            return material.wrap(scope, EncryptionAlgorithm.AES_256_GCM, kek);
        }
    }

    private Vault.Material material() {
        Bytes stored = Bytes.copyOf(
                ("oci:key=" + key.value() + ";version=" + version.value()).getBytes(StandardCharsets.US_ASCII));
        return vault().open(key, version, KeyShape.AES_256, stored);
    }

    private SecretBytes unwrap() {
        WrappedDek.Header header =
                new WrappedDek.Header(key, version, new Means.ByVault(EncryptionAlgorithm.AES_256_GCM));
        try (Vault.Material material = material()) {
            return material.unwrap(scope, new WrappedDek(header, OpaqueText.keep("opaque!")));
        }
    }

    private static FakeEdge.Answer encrypted(String ciphertext) {
        return FakeEdge.json(200, "{\"ciphertext\":\"" + ciphertext + "\"}");
    }

    private void assertUnavailable(ThrowingCallable call, String says) {
        assertThatThrownBy(call)
                .isInstanceOf(VaultUnavailable.class)
                .hasMessageContaining(says)
                .message()
                .doesNotContain("127.0.0.1", vaultId.value());
    }

    @Test
    void aBusyVaultIsAskedAgainWhenItSaidSo() {
        edge.answers(
                FakeEdge.json(429, "{\"code\":\"TooManyRequests\",\"message\":\"slow\"}", Map.of("retry-after", "1")),
                encrypted("YWJj"));
        long before = System.nanoTime();

        assertThat(wrap().sealed().length()).isEqualTo(4);

        assertThat(edge.requests()).hasSize(2);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aVaultThatWantsALongRestGetsItAndCallersAreToldAtOnce() {
        edge.answers(FakeEdge.json(
                429, "{\"code\":\"TooManyRequests\",\"message\":\"slow\"}", Map.of("retry-after", "120")));

        assertUnavailable(this::wrap, "busy");
        assertUnavailable(this::wrap, "to be left alone for 1");
        assertUnavailable(() -> vault().list(), "to be left alone for 1");

        assertThat(edge.requests()).hasSize(1);
    }

    @Test
    void aVaultThatIsNotWellIsTriedAFewTimes() {
        edge.answers(FakeEdge.error(503, "ServiceUnavailable", "down"));
        assertUnavailable(this::wrap, "try again later");
        assertThat(edge.requests()).hasSize(3);

        edge.answers(FakeEdge.error(500, "InternalServerError", "oops"), encrypted("YWJj"));
        wrap();
        assertThat(edge.requests()).hasSize(2);

        edge.answers(FakeEdge.error(501, "MethodNotImplemented", "never"));
        assertUnavailable(this::wrap, "did not do what was asked");
        assertThat(edge.requests()).hasSize(1);
    }

    @Test
    void aSilentVaultHoldsNobodyForLong() {
        settings.put("read-timeout", "PT1S");
        settings.put("max-attempts", "2");
        for (FakeEdge.Answer silence : new FakeEdge.Answer[] {edge.nothing(), edge.half()}) {
            edge.answers(silence);
            long before = System.nanoTime();

            assertUnavailable(this::wrap, "does not answer");

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
            Await.atMostSeconds(30)
                    .until("both requests came", () -> edge.requests().size() == 2);
        }
    }

    @Test
    void aVaultThatIsGoneIsUnavailable() {
        vault();
        edge.close();
        assertUnavailable(this::wrap, "does not answer");
    }

    @Test
    void aFailingVaultIsLeftAloneForAWhile() {
        settings.put("max-attempts", "1");
        settings.put("breaker.calls", "4");
        settings.put("breaker.pause", "PT5S");
        edge.answers(FakeEdge.error(503, "ServiceUnavailable", "down"));
        for (int i = 0; i < 4; i++) {
            assertUnavailable(this::wrap, "did not do what was asked");
        }

        assertUnavailable(this::wrap, "is not asked again for a while");
        assertUnavailable(() -> vault().list(), "is not asked again for a while");
        assertThat(edge.requests()).hasSize(4);

        edge.answers(encrypted("YWJj"));
        Await.atMostSeconds(30)
                .until("the vault to be asked again", () -> wrap().sealed().length() == 4);
    }

    @Test
    void whatAKeysStateForbidsIsNoOutage() {
        settings.put("breaker.calls", "2");
        edge.answers(FakeEdge.error(409, "IncorrectState", "The key is in state DISABLED."));
        for (int i = 0; i < 10; i++) {
            assertProblem(this::wrap, ProblemCode.CONFLICT, "The vault says: The key is in state DISABLED.");
        }
        assertThat(edge.requests()).hasSize(10);
    }

    /** One odd answer about one key must not look like a record that somebody else has changed. */
    @Test
    void aLookThatIsRefusedOrAnsweredOddlyTellsNothing() {
        for (FakeEdge.Answer odd : List.of(
                FakeEdge.error(400, "InvalidParameter", "no"),
                FakeEdge.error(409, "IncorrectState", "not now"),
                FakeEdge.json(200, "null"),
                FakeEdge.json(200, "[{}]"))) {
            edge.answers(odd);
            for (ThrowingCallable look : List.<ThrowingCallable>of(
                    () -> vault().find(key), () -> vault().versions(key), () -> vault().adopt(key, version))) {
                Throwable thrown = catchThrowable(look);
                assertThat(thrown == null || thrown instanceof VaultUnavailable)
                        .as(odd + " is " + thrown)
                        .isTrue();
            }
        }
        edge.answers(FakeEdge.error(400, "InvalidParameter", "no"));
        assertUnavailable(() -> vault().list(), "The vault says: no");
        assertUnavailable(() -> vault().find(key), "The vault says: no");
        assertUnavailable(() -> vault().versions(key), "The vault says: no");
        assertUnavailable(() -> vault().adopt(key, version), "The vault says: no");
    }

    @Test
    void whatTheVaultRefusesIsSaid() {
        edge.answers(FakeEdge.error(400, "InvalidParameter", "plaintext\\u0007is too long" + "!".repeat(400)));
        assertProblem(this::wrap, ProblemCode.INVALID_PARAMETER, "The vault says: plaintext is too long!");
        assertThatThrownBy(this::wrap).message().hasSizeLessThan(400);
        assertThatThrownBy(this::unwrap).isInstanceOf(EnvelopeDamaged.class);
        for (int status : new int[] {401, 403, 404}) {
            edge.answers(FakeEdge.error(status, "NotAuthorizedOrNotFound", "Authorization failed"));
            assertUnavailable(this::wrap, "does not let this installation");
            assertUnavailable(this::unwrap, "does not let this installation");
        }
        assertThat(vault().find(key)).isEmpty();
    }

    private static void assertProblem(ThrowingCallable call, ProblemCode code, String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo(code))
                .hasMessageContaining(says);
    }

    @Test
    void whatIsNotAnAnswerIsNotTakenForOne() {
        settings.put("max-attempts", "1");
        edge.answers(FakeEdge.json(200, "not json"));
        assertUnavailable(this::wrap, "does not answer");
        edge.answers(FakeEdge.json(200, "null"));
        assertUnavailable(this::wrap, "does not answer");
        edge.answers(FakeEdge.json(200, "{}"));
        assertUnavailable(this::wrap, "no ciphertext");
        edge.answers(encrypted("with blank"));
        assertUnavailable(this::wrap, "no ciphertext");
        edge.answers(FakeEdge.json(
                200,
                "{\"ciphertext\":\"YWJj\",\"keyVersionId\":\""
                        + MINT.keyVersion(vaultId).value() + "\"}"));
        assertUnavailable(this::wrap, "another version");
        edge.answers(FakeEdge.json(200, "{\"plaintext\":\"%%%\"}"));
        assertUnavailable(this::unwrap, "no plaintext");
        edge.answers(FakeEdge.json(200, "{\"plaintext\":\"YWJj\"}"));
        assertThatThrownBy(this::unwrap).isInstanceOf(EnvelopeDamaged.class);
        edge.answers(FakeEdge.json(200, "{\"ciphertext\":\"" + "A".repeat(5 * 1024 * 1024) + "\"}"));
        assertUnavailable(this::wrap, "does not answer");
    }

    /** A KEK in a form that leaves no room for the DEK beside it would be found out only when Secrets are written. */
    @Test
    void aCiphertextOnlyAsLongAsADekCanCarry() {
        edge.answers(encrypted(base64(600)));
        WrappedDek longest = wrap();
        int names = key.value().length() + version.value().length();
        int room = 1024 - (4 + names) - 2 - 2 - 104;

        edge.answers(encrypted(base64(room - 1)));
        assertThat(wrap().sealed().length())
                .isEqualTo(room)
                .isGreaterThan(longest.sealed().length());
        edge.answers(encrypted(base64(room)));
        assertUnavailable(this::wrap, "too long");
    }

    private static String base64(int bytes) {
        return Base64.getEncoder().encodeToString(new byte[bytes]);
    }

    @Test
    void aKeyIsWaitedForUntilItIsMade() {
        edge.answers(keyIn("CREATING"), keyIn("CREATING"), keyIn("ENABLED"));

        Vault.Made made = vault().generate(wish());

        assertThat(made.key()).isEqualTo(key);
        assertThat(made.version()).isEqualTo(version);
        assertThat(edge.requests())
                .containsExactly(
                        "POST /20180608/keys",
                        "GET /20180608/keys/" + key.value(),
                        "GET /20180608/keys/" + key.value());
        edge.answers(keyIn("CREATING"), keyIn("DISABLED"));
        assertUnavailable(() -> vault().generate(wish()), "out of use");
        edge.answers(FakeEdge.json(200, "{\"id\":\"no ocid\",\"lifecycleState\":\"ENABLED\"}"));
        assertUnavailable(() -> vault().generate(wish()), "without a key's name");
    }

    private Vault.Wish wish() {
        return new Vault.Wish(key, MINT.keyVersion(vaultId), KeyShape.AES_256, "a key", ProtectionMode.HSM, true);
    }

    private FakeEdge.Answer keyIn(String state) {
        return FakeEdge.json(
                200,
                "{\"id\":\"" + key.value() + "\",\"vaultId\":\"" + vaultId.value() + "\",\"currentKeyVersion\":\""
                        + version.value() + "\",\"lifecycleState\":\"" + state
                        + "\",\"protectionMode\":\"HSM\",\"keyShape\":{\"algorithm\":\"AES\",\"length\":32}}");
    }

    @Test
    void aListingIsAsManyCallsAsItHasPages() {
        String first = "[null," + summary(key, "ENABLED", "HSM", "AES") + ",{\"id\":\"no ocid\"},"
                + summary(MINT.key(vaultId), "ENABLED", "EXTERNAL", "AES") + ","
                + summary(MINT.key(vaultId), "ENABLED", "HSM", "TO_COME") + "]";
        KeyId other = MINT.key(vaultId);
        edge.answers(
                FakeEdge.json(200, first, Map.of("opc-next-page", "p2")),
                FakeEdge.json(200, "[" + summary(other, "SCHEDULING_DELETION", "SOFTWARE", "RSA") + "]"));

        assertThat(vault().list())
                .containsExactly(
                        new RemoteKeys.Summary(key, RemoteKeys.State.ENABLED),
                        new RemoteKeys.Summary(other, RemoteKeys.State.CHANGING));
        assertThat(edge.requests()).hasSize(2).last().asString().contains("page=p2");

        edge.answers(FakeEdge.json(200, first, Map.of("opc-next-page", "again")));
        assertUnavailable(() -> vault().list(), "more than 10000 keys");
    }

    private String summary(KeyId id, String state, String mode, String algorithm) {
        return "{\"id\":\"" + id.value() + "\",\"vaultId\":\"" + vaultId.value() + "\",\"lifecycleState\":\"" + state
                + "\",\"protectionMode\":\"" + mode + "\",\"algorithm\":\"" + algorithm + "\"}";
    }
}
