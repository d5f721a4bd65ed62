package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.contracts.bindings.v1.ActivateRequest;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.Binding;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.BindingsGrpc.BindingsBlockingStub;
import io.holdfast.contracts.bindings.v1.GetRequest;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.bindings.v1.ListResponse;
import io.holdfast.contracts.bindings.v1.Refusal;
import io.holdfast.contracts.bindings.v1.ReleaseRequest;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc.KeyCryptoBlockingStub;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.Unwrapped;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.bindings.BindingAccess;
import io.holdfast.keyservice.crypto.BindingCrypto;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.platform.grpc.UnaryCalls;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.DevCertificates;
import io.holdfast.testkit.HeldWork;
import io.holdfast.testkit.Unheard;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class BindingsGrpcTest {
    private static final ByteString DEK = ByteString.copyFrom(new byte[32]);

    @Inject
    Administrator.Allows policy;

    @Inject
    BindingAccess access;

    @Inject
    StateRevision state;

    @Inject
    OpenedMaterial opened;

    @Inject
    BindingCrypto bindingCrypto;

    @Inject
    KeyValueStore store;

    private Wire clusterWire;
    private Wire secretWire;
    private BindingsBlockingStub bindings;
    private KeyCryptoBlockingStub crypto;

    @BeforeEach
    void connect() {
        clusterWire = Wire.as("cluster-service");
        secretWire = Wire.as("secret-service");
        bindings = BindingsGrpc.newBlockingStub(clusterWire.channel());
        crypto = KeyCryptoGrpc.newBlockingStub(secretWire.channel());
    }

    @AfterEach
    void disconnect() {
        clusterWire.close();
        secretWire.close();
    }

    // ---- bindings ----

    @Test
    void aBindingIsReservedActivatedAndReleased() {
        String key = Api.key();
        ClusterId cluster = Samples.MINT.cluster();

        Binding bound = bind(cluster, key).getBinding();
        assertThat(bound.getState()).isEqualTo(BindingState.RESERVED);
        assertThat(bound.getCustodian()).isEqualTo("secret-service");
        assertThat(bound.getMode()).isEqualTo("direct");
        // Again: the same binding.
        assertThat(bind(cluster, key).getBinding()).isEqualTo(bound);

        Binding active = bindings.activate(activate(bound));
        assertThat(active.getState()).isEqualTo(BindingState.ACTIVE);
        assertThat(bindings.activate(activate(bound))).isEqualTo(active);
        assertThat(bind(cluster, key).getBinding()).isEqualTo(active);

        Binding released = bindings.release(
                ReleaseRequest.newBuilder().setBindingId(bound.getId()).build());
        assertThat(released.getState()).isEqualTo(BindingState.RELEASED);
        assertThat(bindings.release(
                        ReleaseRequest.newBuilder().setBindingId(bound.getId()).build()))
                .isEqualTo(released);
        assertThat(codeOf(() -> bindings.activate(activate(bound)))).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(grant(bound).getDenial()).isEqualTo(Denial.BINDING_RELEASED);
        // A cluster that was let go can be bound anew.
        assertThat(bind(cluster, key).getBinding().getId()).isNotEqualTo(bound.getId());
    }

    @Test
    void aKeyThatIsNotInTheStoreMayComeBack() {
        String key = Api.key();
        Binding bound = bind(Samples.MINT.cluster(), key).getBinding();
        String place = Layout.key(new KeyId(key));
        StoredValue document = store.get(place).orElseThrow();

        store.commit(Transaction.builder().delete(place).with(state.raise()).build());

        Grant withheld = grant(bound);
        assertThat(withheld.getAllowed()).isFalse();
        assertThat(withheld.getDenial()).isEqualTo(Denial.VAULT_UNAVAILABLE);
        assertThat(withheld.getReason()).contains("not in the store").contains("backup");

        store.commit(Transaction.builder()
                .put(place, document.value())
                .with(state.raise())
                .build());
        assertThat(grant(bound).getAllowed()).isTrue();
    }

    @Test
    void aClusterIsBoundToOneKey() {
        ClusterId cluster = Samples.MINT.cluster();
        bind(cluster, Api.key());
        assertThat(codeOf(() -> bind(cluster, Api.key()))).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void bindingIsRefusedWithTheReason() {
        ClusterId cluster = Samples.MINT.cluster();
        assertThat(refusal(cluster, Samples.MINT.key(Samples.VAULT).value()).getKind())
                .isEqualTo(Refusal.Kind.KEY_NOT_FOUND);

        String key = Api.key();
        Api.act(key, "disable").then().statusCode(200);
        Refusal disabled = refusal(cluster, key);
        assertThat(disabled.getKind()).isEqualTo(Refusal.Kind.KEY_NOT_ENABLED);
        assertThat(disabled.getMessage()).contains("DISABLED");
        policy.forbid("KEY_READ");
        try {
            assertThat(refusal(cluster, key).getKind()).isEqualTo(Refusal.Kind.KEY_NOT_FOUND);
        } finally {
            policy.allow("KEY_READ");
        }
        Api.act(key, "enable").then().statusCode(200);

        policy.forbid(cluster.value());
        try {
            Refusal forbidden = refusal(cluster, key);
            assertThat(forbidden.getKind()).isEqualTo(Refusal.Kind.NOT_PERMITTED);
            assertThat(forbidden.getMessage())
                    .contains("Allow any-user to use keys")
                    .contains(key);
        } finally {
            policy.allow(cluster.value());
        }
        assertThat(bind(cluster, key).hasBinding()).isTrue();
    }

    @Test
    void bindAndScheduleDeletionNeverBothWinUnseen() throws Exception {
        for (int round = 0; round < 10; round++) {
            String key = Api.key();
            ClusterId cluster = Samples.MINT.cluster();
            BindResponse bound;
            int scheduled;
            try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
                Future<BindResponse> bind = threads.submit(() -> bind(cluster, key));
                Future<Integer> schedule = threads.submit(
                        () -> Api.act(key, "scheduleDeletion?force=true").statusCode());
                bound = bind.get();
                scheduled = schedule.get();
            }
            assertThat(scheduled).isEqualTo(200);
            if (bound.hasBinding()) {
                // The binding came first; since the 200 its access has ended all the same.
                assertThat(grant(bound.getBinding()).getDenial()).isEqualTo(Denial.KEY_PENDING_DELETION);
            } else {
                assertThat(bound.getRefusal().getKind()).isEqualTo(Refusal.Kind.KEY_NOT_ENABLED);
                assertThat(store.get(Layout.bindingOf(cluster))).isEmpty();
            }
        }
    }

    @Test
    void concurrentBindsOfOneClusterMakeOneBinding() throws Exception {
        String key = Api.key();
        ClusterId cluster = Samples.MINT.cluster();
        List<Callable<String>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(() -> bind(cluster, key).getBinding().getId());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<String> ids = new ArrayList<>();
            for (Future<String> done : threads.invokeAll(tasks)) {
                ids.add(done.get());
            }
            assertThat(ids.stream().distinct()).hasSize(1);
        }
    }

    @Test
    void bindingsAreListedInPages() {
        String key = Api.key();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(bind(Samples.MINT.cluster(), key).getBinding().getId());
        }
        assertThat(listed(key, 2)).containsExactlyInAnyOrderElementsOf(made);
        assertThat(listed("", 2)).containsAll(made);
        try (Wire audit = Wire.as("audit-service")) {
            BindingsBlockingStub reader = BindingsGrpc.newBlockingStub(audit.channel());
            assertThat(reader.list(ListRequest.newBuilder().setKeyId(key).build())
                            .getBindingsCount())
                    .isEqualTo(5);
            assertThat(codeOf(() ->
                            reader.list(ListRequest.newBuilder().setLimit(501).build())))
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    private List<String> listed(String key, int limit) {
        List<String> ids = new ArrayList<>();
        String page = "";
        do {
            ListResponse answer = bindings.list(ListRequest.newBuilder()
                    .setKeyId(key)
                    .setLimit(limit)
                    .setPageToken(page)
                    .build());
            assertThat(answer.getStateRevision()).isPositive();
            answer.getBindingsList().forEach(binding -> ids.add(binding.getId()));
            page = answer.getNextPageToken();
        } while (!page.isEmpty() && ids.size() < 10_000);
        return ids;
    }

    // ---- wrapping ----

    @Test
    void whatIsWrappedUnwrapsAfterARotation() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        WrapResponse first = wrap(binding, DEK, ByteString.copyFrom(new byte[64]));
        assertThat(first.getKeyVersionNumber()).isEqualTo(1);
        assertThat(first.getStateRevision()).isEqualTo(state.current());
        assertThat(first.getWrappedList())
                .allSatisfy(wrapped -> assertThat(wrapped.size()).isLessThanOrEqualTo(1024));

        String version = Api.rotate(key).then().statusCode(200).extract().path("id");
        WrapResponse second = wrap(binding, DEK);
        assertThat(second.getKeyVersionId()).isEqualTo(version);
        assertThat(second.getKeyVersionNumber()).isEqualTo(2);
        assertThat(second.getStateRevision()).isGreaterThan(first.getStateRevision());

        List<Unwrapped> results = unwrap(binding, first.getWrapped(0), second.getWrapped(0), first.getWrapped(1));
        assertThat(results.get(0).getPayload()).isEqualTo(DEK);
        assertThat(results.get(1).getPayload()).isEqualTo(DEK);
        assertThat(results.get(2).getPayload().size()).isEqualTo(64);
        assertThat(grant(binding).getCurrentKeyVersionNumber()).isEqualTo(2);
    }

    @Test
    void oneDamagedItemSpoilsNoOther() {
        oneDamagedItemSpoilsNoOther(Api.key(), "direct");
    }

    @Test
    void anRsaKeyWrapsThroughAKeyOfTheBinding() {
        // Whatever other tests have left open.
        opened.endAll();
        String key = Api.key("RSA", 512);
        oneDamagedItemSpoilsNoOther(key, "hierarchical");

        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        ByteString before = wrap(binding, DEK).getWrapped(0);
        Api.rotate(key);
        WrapResponse after = wrap(binding, DEK);
        assertThat(after.getKeyVersionNumber()).isEqualTo(2);
        assertThat(after.getWrapped(0).size()).isLessThanOrEqualTo(1024);
        assertThat(unwrap(binding, before, after.getWrapped(0)))
                .allSatisfy(result -> assertThat(result.getPayload()).isEqualTo(DEK));

        Api.act(key, "disable").then().statusCode(200);
        assertThat(opened.keks().size()).isZero();
        assertThat(codeOf(() -> unwrap(binding, before))).isEqualTo(Status.Code.FAILED_PRECONDITION);
        Api.act(key, "enable").then().statusCode(200);
        assertThat(unwrap(binding, before).getFirst().getPayload()).isEqualTo(DEK);

        String keks = Layout.keksOf(new BindingId(binding.getId()));
        assertThat(store.count(keks)).isEqualTo(2);
        bindings.release(
                ReleaseRequest.newBuilder().setBindingId(binding.getId()).build());
        assertThat(store.count(keks)).isZero();
    }

    @Test
    void anEcdsaKeyIsRefusedForAClusterWithTheReason() {
        Refusal refused = refusal(Samples.MINT.cluster(), Api.key("ECDSA", 48));
        assertThat(refused.getKind()).isEqualTo(Refusal.Kind.KEY_UNSUITABLE);
        assertThat(refused.getMessage()).contains("ECDSA", "can't encrypt", "AES or RSA");
    }

    private void oneDamagedItemSpoilsNoOther(String key, String mode) {
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        Binding other = bind(Samples.MINT.cluster(), key).getBinding();
        assertThat(binding.getMode()).isEqualTo(mode);
        ByteString good = wrap(binding, DEK).getWrapped(0);
        byte[] flipped = good.toByteArray();
        flipped[flipped.length - 1] ^= 1;
        ByteString foreign = wrap(other, DEK).getWrapped(0);
        ByteString ofOtherKey =
                wrap(bind(Samples.MINT.cluster(), Api.key()).getBinding(), DEK).getWrapped(0);

        List<Unwrapped> results = unwrap(
                binding,
                good,
                ByteString.copyFrom(flipped),
                foreign,
                ofOtherKey,
                ByteString.copyFromUtf8("nonsense"),
                good);

        assertThat(results.get(0).hasPayload()).isTrue();
        assertThat(results.subList(1, 5))
                .allSatisfy(result -> assertThat(result.getFailure()).isEqualTo(Unwrapped.Failure.DAMAGED));
        assertThat(results.get(5).hasPayload()).isTrue();
    }

    @Test
    void aLostVersionIsToldFromDamage() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        WrapResponse wrapped = wrap(binding, DEK);
        store.commit(Transaction.builder()
                .delete(Layout.material(new KeyVersionId(wrapped.getKeyVersionId())))
                .build());
        opened.endAll();

        assertThat(unwrap(binding, wrapped.getWrapped(0)).getFirst().getFailure())
                .isEqualTo(Unwrapped.Failure.KEY_VERSION_UNAVAILABLE);
    }

    @Test
    void aVersionThatIsToBeDeletedOpensNothingUntilCancelled() {
        for (String key : List.of(Api.key(), Api.key("RSA", 256))) {
            Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
            WrapResponse old = wrap(binding, DEK);
            Api.rotate(key);
            ByteString current = wrap(binding, DEK).getWrapped(0);
            String version = "/20180608/keys/" + key + "/keyVersions/" + old.getKeyVersionId() + "/actions/";

            Api.as().post(version + "scheduleDeletion").then().statusCode(200);
            List<Unwrapped> results = unwrap(binding, old.getWrapped(0), current);
            assertThat(results.get(0).getFailure()).isEqualTo(Unwrapped.Failure.KEY_VERSION_UNAVAILABLE);
            assertThat(results.get(1).getPayload()).isEqualTo(DEK);

            Api.as().post(version + "cancelDeletion").then().statusCode(200);
            assertThat(unwrap(binding, old.getWrapped(0)).getFirst().getPayload())
                    .isEqualTo(DEK);
        }
    }

    @Test
    void purposesDoNotMix() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        String wrapped = Base64.getEncoder()
                .encodeToString(wrap(binding, DEK).getWrapped(0).toByteArray());
        as().body(Map.of("keyId", key, "ciphertext", wrapped))
                .post("/20180608/decrypt")
                .then()
                .statusCode(400);
        String ciphertext = as().body(
                        Map.of("keyId", key, "plaintext", Base64.getEncoder().encodeToString(DEK.toByteArray())))
                .post("/20180608/encrypt")
                .then()
                .statusCode(200)
                .extract()
                .path("ciphertext");
        assertThat(unwrap(binding, ByteString.copyFrom(Base64.getDecoder().decode(ciphertext)))
                        .getFirst()
                        .getFailure())
                .isEqualTo(Unwrapped.Failure.DAMAGED);
    }

    @Test
    void accessEndsWithTheAnswerAndComesBack() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        ByteString wrapped = wrap(binding, DEK).getWrapped(0);
        for (String[] turn : List.of(
                new String[] {"disable", "enable", "KEY_DISABLED"},
                new String[] {"scheduleDeletion?force=true", "cancelDeletion", "KEY_PENDING_DELETION"})) {
            Api.act(key, turn[0]).then().statusCode(200);
            StatusRuntimeException withheld = failureOf(() -> unwrap(binding, wrapped));
            assertThat(withheld.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(withheld.getStatus().getDescription()).contains("restore access");
            assertThat(withheld.getTrailers().get(Metadata.Key.of("holdfast-denial", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo(turn[2]);
            assertThat(codeOf(() -> wrap(binding, DEK))).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(opened.versions().borrow(new KeyVersionId(Api.get(key).path("currentKeyVersion")), 0))
                    .isNull();
            Grant grant = grant(binding);
            assertThat(grant.getAllowed()).isFalse();
            assertThat(grant.getDenial().name()).isEqualTo(turn[2]);

            Api.act(key, turn[1]).then().statusCode(200);
            assertThat(unwrap(binding, wrapped).getFirst().getPayload()).isEqualTo(DEK);
            assertThat(grant(binding).getAllowed()).isTrue();
        }
    }

    @Test
    void aPolicyThatEndsEndsAccess() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        ByteString wrapped = wrap(binding, DEK).getWrapped(0);
        policy.forbid(binding.getClusterId());
        try {
            assertThat(codeOf(() -> unwrap(binding, wrapped))).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(grant(binding).getDenial()).isEqualTo(Denial.POLICY);
        } finally {
            policy.allow(binding.getClusterId());
        }
        assertThat(unwrap(binding, wrapped).getFirst().hasPayload()).isTrue();
    }

    @Test
    void grantsOfManyBindingsRestOnOneRevision() {
        String key = Api.key();
        List<BindingId> ids = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            ids.add(new BindingId(bind(Samples.MINT.cluster(), key).getBinding().getId()));
        }
        BindingId unknown = Samples.MINT.binding();
        ids.add(unknown);

        BindingAccess.Grants grants = access.decide(ids);

        assertThat(grants.stateRevision()).isEqualTo(state.current());
        assertThat(grants.grants())
                .extracting(Grant::getBindingId)
                .containsExactlyElementsOf(ids.stream().map(BindingId::value).toList());
        assertThat(grants.grants().subList(0, 70)).allMatch(Grant::getAllowed);
        assertThat(grants.grants().getLast().getDenial()).isEqualTo(Denial.BINDING_RELEASED);
    }

    @Test
    void batchesAreBounded() {
        Binding binding = bind(Samples.MINT.cluster(), Api.key()).getBinding();
        ByteString[] many = new ByteString[501];
        java.util.Arrays.fill(many, DEK);
        assertThat(codeOf(() -> wrap(binding, many))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(codeOf(() -> wrap(binding))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> wrap(binding, ByteString.EMPTY))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> wrap(binding, ByteString.copyFrom(new byte[513]))))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> wrap(binding, ByteString.copyFrom(new byte[33]))))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> unwrap(binding, ByteString.copyFrom(new byte[1025]))))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        ByteString[] full = java.util.Arrays.copyOf(many, 500);
        WrapResponse wrapped = wrap(binding, full);
        assertThat(wrapped.getWrappedCount()).isEqualTo(500);
        assertThat(unwrap(binding, wrapped.getWrappedList().toArray(ByteString[]::new)))
                .allMatch(Unwrapped::hasPayload);
    }

    @Test
    void aFewKeysOfAKeyThatIsOpenNeedNoThread() {
        Binding binding = bind(Samples.MINT.cluster(), Api.key()).getBinding();
        ByteString wrapped = wrap(binding, DEK).getWrapped(0);
        ByteString[] many = new ByteString[9];
        java.util.Arrays.fill(many, DEK);

        try (var everyPlace =
                HeldWork.start(UnaryCalls.MOST_AT_ONCE, piece -> UnaryCalls.serve(new Unheard<>(), piece))) {
            // What is held is over after a moment, and nothing but this test reads it anew here.
            Await.atMostSeconds(20)
                    .until(
                            "an unwrap is served",
                            () -> state.current() > 0
                                    && serves(() -> {
                                        assertThat(unwrap(binding, wrapped)
                                                        .getFirst()
                                                        .getPayload())
                                                .isEqualTo(DEK);
                                    }));
            Await.atMostSeconds(20)
                    .until("a wrap is served", () -> state.current() > 0 && serves(() -> wrap(binding, DEK)));
            assertThat(codeOf(() -> wrap(binding, many))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
    }

    /** Or is refused as overload is. */
    private static boolean serves(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            return false;
        }
    }

    @Test
    void onlyWhatThisProcessHoldsIsAtHand() {
        String key = Api.key();
        Binding binding = bind(Samples.MINT.cluster(), key).getBinding();
        WrapResponse first = wrap(binding, DEK);
        Await.atMostSeconds(20).until("its key is at hand", () -> state.current() > 0 && wrapsAtHand(binding, true));
        assertThat(wrapsAtHand(binding, false)).isFalse();

        Api.rotate(key).then().statusCode(200);
        // The new version is not open yet, and no answer is better than one by the old.
        assertThat(wrapsAtHand(binding, true)).isFalse();
        wrap(binding, DEK);
        Await.atMostSeconds(20).until("so is it again", () -> state.current() > 0 && wrapsAtHand(binding, true));
        opened.endAll();
        wrap(binding, DEK);
        assertThat(unwrapsAtHand(binding, first)).isFalse();

        Api.act(key, "disable").then().statusCode(200);
        assertThat(wrapsAtHand(binding, true)).isFalse();
        assertThat(unwrapsAtHand(binding, first)).isFalse();

        Binding hierarchical = bind(Samples.MINT.cluster(), Api.key("RSA", 256)).getBinding();
        WrapResponse byKek = wrap(hierarchical, DEK);
        assertThat(wrapsAtHand(hierarchical, true)).isFalse();
        assertThat(unwrapsAtHand(hierarchical, byKek)).isFalse();
    }

    private boolean wrapsAtHand(Binding binding, boolean served) {
        try (SecretBytes dek = SecretBytes.takeOwnershipOf(DEK.toByteArray())) {
            return bindingCrypto
                    .wrapAtHand(new BindingId(binding.getId()), asked -> served, List.of(dek))
                    .isPresent();
        }
    }

    private boolean unwrapsAtHand(Binding binding, WrapResponse wrapped) {
        Optional<BindingCrypto.Unwrapped> answer = bindingCrypto.unwrapAtHand(
                new BindingId(binding.getId()),
                asked -> true,
                List.of(Bytes.copyOf(wrapped.getWrapped(0).toByteArray())));
        answer.ifPresent(unwrapped -> BindingCrypto.wipe(unwrapped.items()));
        return answer.isPresent();
    }

    // ---- who may call ----

    @Test
    void onlyTheCustodianAndTheSubjectAreServed() {
        Binding binding = bind(Samples.MINT.cluster(), Api.key()).getBinding();
        ByteString wrapped = wrap(binding, DEK).getWrapped(0);
        DevCertificates certificates = DevCertificates.in(Wire.tls());
        DevCertificates.Issued subject = certificates.issueCluster("subject", binding.getClusterId());
        DevCertificates.Issued stranger =
                certificates.issueCluster("stranger", Samples.MINT.cluster().value());
        try (Wire own = Wire.with(subject.certificate().toFile(), subject.key().toFile());
                Wire other = Wire.with(
                        stranger.certificate().toFile(), stranger.key().toFile())) {
            KeyCryptoBlockingStub ofSubject = KeyCryptoGrpc.newBlockingStub(own.channel());
            assertThat(ofSubject
                            .unwrap(UnwrapRequest.newBuilder()
                                    .setBindingId(binding.getId())
                                    .addWrapped(wrapped)
                                    .build())
                            .getResults(0)
                            .getPayload())
                    .isEqualTo(DEK);
            KeyCryptoBlockingStub ofStranger = KeyCryptoGrpc.newBlockingStub(other.channel());
            assertThat(codeOf(() -> ofStranger.unwrap(UnwrapRequest.newBuilder()
                            .setBindingId(binding.getId())
                            .addWrapped(wrapped)
                            .build())))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(codeOf(() -> BindingsGrpc.newBlockingStub(other.channel())
                            .get(GetRequest.newBuilder()
                                    .setBindingId(binding.getId())
                                    .build())))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        KeyCryptoBlockingStub ofClusterService = KeyCryptoGrpc.newBlockingStub(clusterWire.channel());
        assertThat(codeOf(() -> ofClusterService.wrap(WrapRequest.newBuilder()
                        .setBindingId(binding.getId())
                        .addPayloads(DEK)
                        .build())))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        BindingsBlockingStub ofSecretService = BindingsGrpc.newBlockingStub(secretWire.channel());
        assertThat(codeOf(() -> ofSecretService.bind(request(Samples.MINT.cluster(), binding.getKeyId()))))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(codeOf(() -> ofSecretService.activate(activate(binding)))).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(codeOf(() -> ofSecretService.release(ReleaseRequest.newBuilder()
                        .setBindingId(binding.getId())
                        .build())))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(ofSecretService.get(
                        GetRequest.newBuilder().setBindingId(binding.getId()).build()))
                .isEqualTo(binding);
        assertThat(codeOf(() -> crypto.wrap(WrapRequest.newBuilder()
                        .setBindingId(Samples.MINT.binding().value())
                        .addPayloads(DEK)
                        .build())))
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void noForeignOrExpiredCertificateReachesAnything() {
        DevCertificates certificates = DevCertificates.in(Wire.tls());
        DevCertificates.Issued foreign = certificates.foreign("secret-service");
        DevCertificates.Issued expired = certificates.expired("secret-service");
        List<Wire> wires = List.of(
                Wire.with(null, null),
                Wire.with(foreign.certificate().toFile(), foreign.key().toFile()),
                Wire.with(expired.certificate().toFile(), expired.key().toFile()));
        for (Wire wire : wires) {
            try (wire) {
                BindingsBlockingStub stub = BindingsGrpc.newBlockingStub(wire.channel());
                KeyCryptoBlockingStub keys = KeyCryptoGrpc.newBlockingStub(wire.channel());
                String id = Samples.MINT.binding().value();
                List<ThrowingCallable> calls = List.of(
                        () -> stub.bind(request(
                                Samples.MINT.cluster(),
                                Samples.MINT.key(Samples.VAULT).value())),
                        () -> stub.activate(
                                ActivateRequest.newBuilder().setBindingId(id).build()),
                        () -> stub.release(
                                ReleaseRequest.newBuilder().setBindingId(id).build()),
                        () -> stub.get(GetRequest.newBuilder().setBindingId(id).build()),
                        () -> stub.list(ListRequest.getDefaultInstance()),
                        () -> keys.wrap(WrapRequest.newBuilder()
                                .setBindingId(id)
                                .addPayloads(DEK)
                                .build()),
                        () -> keys.unwrap(UnwrapRequest.newBuilder()
                                .setBindingId(id)
                                .addWrapped(DEK)
                                .build()));
                for (ThrowingCallable call : calls) {
                    assertThat(codeOf(call)).isEqualTo(Status.Code.UNAVAILABLE);
                }
            }
        }
    }

    // ---- helpers ----

    private BindRequest request(ClusterId cluster, String key) {
        return BindRequest.newBuilder()
                .setClusterId(cluster.value())
                .setClusterCompartmentId(Samples.COMPARTMENT.value())
                .setTenancyId(Samples.TENANCY.value())
                .setKeyId(key)
                .setRequestedByUserId(Administrator.CALLER.id())
                .build();
    }

    private BindResponse bind(ClusterId cluster, String key) {
        return bindings.bind(request(cluster, key));
    }

    private Refusal refusal(ClusterId cluster, String key) {
        BindResponse response = bind(cluster, key);
        assertThat(response.hasRefusal()).isTrue();
        assertThat(store.get(Layout.bindingOf(cluster))).isEmpty();
        return response.getRefusal();
    }

    private static ActivateRequest activate(Binding binding) {
        return ActivateRequest.newBuilder().setBindingId(binding.getId()).build();
    }

    private WrapResponse wrap(Binding binding, ByteString... payloads) {
        return crypto.wrap(WrapRequest.newBuilder()
                .setBindingId(binding.getId())
                .addAllPayloads(List.of(payloads))
                .build());
    }

    private List<Unwrapped> unwrap(Binding binding, ByteString... wrapped) {
        return crypto.unwrap(UnwrapRequest.newBuilder()
                        .setBindingId(binding.getId())
                        .addAllWrapped(List.of(wrapped))
                        .build())
                .getResultsList();
    }

    private Grant grant(Binding binding) {
        return access.decide(List.of(new BindingId(binding.getId()))).grants().getFirst();
    }

    private static Status.Code codeOf(ThrowingCallable call) {
        return failureOf(call).getStatus().getCode();
    }

    private static StatusRuntimeException failureOf(ThrowingCallable call) {
        StatusRuntimeException[] failure = new StatusRuntimeException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, thrown -> failure[0] = thrown);
        return failure[0];
    }
}
