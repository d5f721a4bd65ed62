package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AccessGrpc.AccessBlockingStub;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenRequest;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.access.v1.RevokeClusterTokenRequest;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.DevCertificates;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(IdentityProfile.class)
class AccessGrpcTest {
    private static final Duration TERM = Duration.ofSeconds(5);
    /** How often something is looked at again when this machine stood still meanwhile. */
    private static final int ATTEMPTS = 10;

    @Inject
    StateRevision state;

    @Inject
    AccessBarrier barrier;

    @Inject
    KeyValueStore store;

    @Inject
    Ocid.Mint mint;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Wire wire;
    private AccessBlockingStub access;
    private SignedApi admin;

    @BeforeEach
    void connect() {
        wire = Wire.as("cluster-service");
        access = stub(wire);
        admin = SignedApi.administrator();
        // A predecessor's sessions, and this JVM's earlier services, are over: what a test waits for is its own doing.
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            long began = System.nanoTime();
            barrier.awaitEnded(state.current());
            return System.nanoTime() - began < Duration.ofMillis(500).toNanos();
        });
    }

    @AfterEach
    void disconnect() {
        wire.close();
        threads.shutdownNow();
    }

    // ---- the session ----

    @Test
    void pongCarriesTheNonceAndTheStateOfNow() {
        Session session = new Session();

        SessionResponse pong = session.ping(0);

        assertThat(pong.getPong().getNonce()).isEqualTo(session.lastNonce);
        assertThat(pong.getPong().getStateRevision()).isEqualTo(state.current());
        assertThat(pong.getPong().getTermMillis()).isEqualTo(TERM.toMillis());
        session.requests.onCompleted();
        await().until(() -> session.completed);
    }

    @Test
    void changeIsToldAtOnceAndTheBarrierEndsWithTheAcknowledgement() throws Exception {
        inOneOfSeveralAttempts(this::endsWithTheAcknowledgement);
    }

    private boolean endsWithTheAcknowledgement() throws Exception {
        Session session = new Session();
        long before = session.ping(0).getPong().getStateRevision();
        long pinged = System.nanoTime();
        session.ping(before);

        long raised = raise();
        await().atMost(Duration.ofSeconds(30)).until(() -> session.changed(raised));
        Future<?> ended = threads.submit(() -> barrier.awaitEnded(raised));
        boolean waited = isStillWaiting(ended);
        boolean withinTheTerm = since(pinged).compareTo(TERM) < 0;
        long asked = System.nanoTime();
        session.ping(raised);
        ended.get(30, TimeUnit.SECONDS);
        Duration took = since(asked);
        session.requests.onCompleted();

        assertThat(waited || !withinTheTerm).as("waited").isTrue();
        return withinTheTerm && took.compareTo(TERM.dividedBy(2)) < 0;
    }

    private static boolean isStillWaiting(Future<?> barrier) throws Exception {
        try {
            barrier.get(100, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** @param attempt false when it took too long to tell anything */
    private static void inOneOfSeveralAttempts(Callable<Boolean> attempt) throws Exception {
        for (int attempts = 0; attempts < ATTEMPTS; attempts++) {
            if (attempt.call()) {
                return;
            }
        }
        throw new AssertionError("not within its time in any of " + ATTEMPTS + " attempts");
    }

    @Test
    void barrierWaitsOutAClientThatIsGone() throws Exception {
        inOneOfSeveralAttempts(() -> {
            Session session = new Session();
            long known = session.ping(0).getPong().getStateRevision();
            long pinged = System.nanoTime();
            session.ping(known);
            session.requests.onError(Status.CANCELLED.asRuntimeException());
            long raised = raise();
            threads.submit(() -> barrier.awaitEnded(raised)).get(60, TimeUnit.SECONDS);

            Duration term = since(pinged);
            assertThat(term).isGreaterThanOrEqualTo(TERM);
            return term.compareTo(TERM.multipliedBy(2)) < 0;
        });
    }

    @Test
    void barrierDoesNotWaitForAClientThatNeverPinged() throws Exception {
        inOneOfSeveralAttempts(() -> {
            Session session = new Session();
            long raised = raise();
            long began = System.nanoTime();
            threads.submit(() -> barrier.awaitEnded(raised)).get(60, TimeUnit.SECONDS);
            session.requests.onCompleted();
            return since(began).compareTo(TERM.dividedBy(2)) < 0;
        });
    }

    @Test
    void malformedPingEndsTheSession() {
        Session session = new Session();
        session.requests.onNext(SessionRequest.newBuilder()
                .setNonce(ByteString.copyFromUtf8("short"))
                .build());

        await().until(() -> session.failure != null);
        assertThat(Status.fromThrowable(session.failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    // ---- who and whether ----

    @Test
    void signatureNamesItsSigner() {
        AuthenticateResponse answer = access.authenticate(signed(Map.of()));

        assertThat(answer.getPrincipal()).isEqualTo(principal());
        assertThat(answer.getStateRevision()).isEqualTo(state.current());
        assertThat(answer.getExpiresAtMillis()).isZero();
    }

    @Test
    void badCredentialsAreRefusedWithoutDetail() {
        for (AuthenticateRequest bad : List.of(
                signed(Map.of("host", "evil.example.com")),
                AuthenticateRequest.newBuilder()
                        .setOciSignature(OciSignature.getDefaultInstance())
                        .build(),
                bearer("a.b.c", mint.cluster().value()))) {
            StatusRuntimeException refusal = refusal(() -> access.authenticate(bad));
            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refusal.getStatus().getDescription()).isNull();
        }
        assertThat(codeOf(() -> access.authenticate(AuthenticateRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void decisionsComeWithTheirReason() {
        AuthorizeResponse allowed = access.authorize(question(principal(), "CLUSTER_CREATE"));
        assertThat(allowed.getAllowed()).as(allowed.getReason()).isTrue();
        assertThat(allowed.getReason()).contains("Tenant Admin Policy");

        Principal cluster = Principal.newBuilder()
                .setType("cluster")
                .setId(mint.cluster().value())
                .setTenancyId(admin.tenancy().value())
                .setCompartmentId(admin.tenancy().value())
                .build();
        AuthorizeResponse denied = access.authorize(question(cluster, "KEY_DELETE"));
        assertThat(denied.getAllowed()).isFalse();
        assertThat(denied.getReason()).contains("KEY_DELETE");
        assertThat(denied.getStateRevision()).isEqualTo(state.current());

        assertThat(access.authorize(question(principal(), "NO_SUCH_PERMISSION")).getAllowed())
                .isFalse();
        assertThat(access.authorize(question(
                                principal().toBuilder()
                                        .setId(mint.user().value())
                                        .build(),
                                "KEY_READ"))
                        .getAllowed())
                .isFalse();
        assertThat(access.authorize(question(
                                principal().toBuilder()
                                        .setTenancyId(mint.tenancy().value())
                                        .build(),
                                "KEY_READ"))
                        .getAllowed())
                .isFalse();
        assertThat(codeOf(() -> access.authorize(AuthorizeRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    // ---- tokens ----

    @Test
    void tokenFromIssueToRevocation() {
        String cluster = mint.cluster().value();
        IssueClusterTokenResponse issued = access.issueClusterToken(issue(cluster, 600));

        AuthenticateResponse holds = access.authenticate(bearer(issued.getToken(), cluster));
        assertThat(holds.getPrincipal()).isEqualTo(principal());
        assertThat(holds.getExpiresAtMillis()).isEqualTo(issued.getExpiresAtMillis());
        assertThat(codeOf(() -> access.authenticate(
                        bearer(issued.getToken(), mint.cluster().value()))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);

        long before = state.current();
        long revoked = access.revokeClusterToken(RevokeClusterTokenRequest.newBuilder()
                        .setPrincipal(principal())
                        .setTokenId(issued.getTokenId())
                        .build())
                .getStateRevision();

        assertThat(revoked).isGreaterThan(before).isEqualTo(state.current());
        assertThat(codeOf(() -> access.authenticate(bearer(issued.getToken(), cluster))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void tokensAreForClusterServiceAndActiveUsersOnly() {
        assertThat(codeOf(() -> access.issueClusterToken(issue(mint.cluster().value(), 3601))))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> access.issueClusterToken(issue("ocid1.key.oc1..x", 60))))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> access.revokeClusterToken(RevokeClusterTokenRequest.newBuilder()
                        .setPrincipal(principal())
                        .setTokenId("short")
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(codeOf(() -> access.issueClusterToken(issue(mint.cluster().value(), 60).toBuilder()
                        .setPrincipal(principal().toBuilder().setId(mint.user().value()))
                        .build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        try (Wire other = Wire.as("secret-service")) {
            assertThat(codeOf(() ->
                            stub(other).issueClusterToken(issue(mint.cluster().value(), 60))))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    // ---- who may call ----

    @Test
    void noForeignExpiredOrClusterCertificate() {
        DevCertificates authority = DevCertificates.in(Wire.tls());
        DevCertificates.Issued foreign = authority.foreign("cluster-service");
        DevCertificates.Issued expired = authority.expired("cluster-service");
        DevCertificates.Issued cluster =
                authority.issueCluster("a-cluster", mint.cluster().value());
        try (Wire none = Wire.with(null, null);
                Wire other =
                        Wire.with(foreign.certificate().toFile(), foreign.key().toFile());
                Wire old =
                        Wire.with(expired.certificate().toFile(), expired.key().toFile());
                Wire ofCluster =
                        Wire.with(cluster.certificate().toFile(), cluster.key().toFile())) {
            for (Wire bad : List.of(none, other, old)) {
                for (ThrowingCallable call : everyCall(stub(bad))) {
                    assertThat(codeOf(call)).isEqualTo(Status.Code.UNAVAILABLE);
                }
                assertThat(sessionCode(bad)).isEqualTo(Status.Code.UNAVAILABLE);
            }
            for (ThrowingCallable call : everyCall(stub(ofCluster))) {
                assertThat(codeOf(call)).isEqualTo(Status.Code.PERMISSION_DENIED);
            }
            assertThat(sessionCode(ofCluster)).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    private List<ThrowingCallable> everyCall(AccessBlockingStub stub) {
        return List.of(
                () -> stub.authenticate(signed(Map.of())),
                () -> stub.authorize(question(principal(), "KEY_READ")),
                () -> stub.grants(GrantsRequest.getDefaultInstance()),
                () -> stub.issueClusterToken(issue(mint.cluster().value(), 60)),
                () -> stub.issueResourcePrincipalToken(IssueResourcePrincipalTokenRequest.newBuilder()
                        .setClusterId(mint.cluster().value())
                        .build()),
                () -> stub.revokeClusterToken(RevokeClusterTokenRequest.newBuilder()
                        .setPrincipal(principal())
                        .setTokenId("abcdefghijklmnopqrstuv")
                        .build()));
    }

    private Status.Code sessionCode(Wire from) {
        Session session = new Session(from);
        session.send(0);
        await().atMost(Duration.ofSeconds(10)).until(() -> session.failure != null);
        return Status.fromThrowable(session.failure).getCode();
    }

    private long raise() {
        return store.commit(Transaction.builder().with(state.raise()).build()).revision();
    }

    private Principal principal() {
        return Principal.newBuilder()
                .setType("user")
                .setId(admin.user().value())
                .setName("administrator")
                .setTenancyId(admin.tenancy().value())
                .build();
    }

    private AuthorizeRequest question(Principal principal, String permission) {
        return AuthorizeRequest.newBuilder()
                .setPrincipal(principal)
                .setOperation("AnOperation")
                .addPermissions(permission)
                .setCompartmentId(admin.tenancy().value())
                .build();
    }

    private IssueClusterTokenRequest issue(String cluster, int seconds) {
        return IssueClusterTokenRequest.newBuilder()
                .setPrincipal(principal())
                .setClusterId(cluster)
                .setLifetimeSeconds(seconds)
                .build();
    }

    private static AuthenticateRequest bearer(String token, String cluster) {
        return AuthenticateRequest.newBuilder()
                .setClusterToken(ClusterToken.newBuilder().setToken(token).setClusterId(cluster))
                .build();
    }

    private AuthenticateRequest signed(Map<String, String> changed) {
        Map<String, String> headers =
                new HashMap<>(Signer.headers("date", Instant.now(), "127.0.0.1:8082", "GET", new byte[0]));
        String authorization = admin.signer().sign("GET", "/20180222/clusters", headers, Signer.NO_BODY);
        headers.putAll(changed);
        return AuthenticateRequest.newBuilder()
                .setOciSignature(OciSignature.newBuilder()
                        .setMethod("GET")
                        .setTarget("/20180222/clusters")
                        .putAllHeaders(headers)
                        .setAuthorization(authorization)
                        .setContentSha256(SignatureCheck.EMPTY_SHA256))
                .build();
    }

    private static AccessBlockingStub stub(Wire wire) {
        return AccessGrpc.newBlockingStub(wire.channel()).withDeadlineAfter(Duration.ofSeconds(30));
    }

    private static StatusRuntimeException refusal(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }

    private static Status.Code codeOf(ThrowingCallable call) {
        return refusal(call).getStatus().getCode();
    }

    /** A client's side of a session. */
    private final class Session implements StreamObserver<SessionResponse> {
        private final List<SessionResponse> received = new CopyOnWriteArrayList<>();
        private final StreamObserver<SessionRequest> requests;
        private volatile Throwable failure;
        private volatile boolean completed;
        private ByteString lastNonce = ByteString.EMPTY;

        private Session() {
            this(wire);
        }

        private Session(Wire over) {
            this.requests = AccessGrpc.newStub(over.channel()).session(this);
        }

        private void send(long acknowledged) {
            byte[] nonce = new byte[16];
            ThreadLocalRandom.current().nextBytes(nonce);
            lastNonce = ByteString.copyFrom(nonce);
            requests.onNext(SessionRequest.newBuilder()
                    .setNonce(lastNonce)
                    .setAcknowledgedRevision(acknowledged)
                    .build());
        }

        private SessionResponse ping(long acknowledged) {
            send(acknowledged);
            await().atMost(Duration.ofSeconds(10)).until(() -> pong() != null);
            return pong();
        }

        private SessionResponse pong() {
            return received.stream()
                    .filter(it -> it.hasPong() && it.getPong().getNonce().equals(lastNonce))
                    .findFirst()
                    .orElse(null);
        }

        private boolean changed(long revision) {
            return received.stream()
                    .anyMatch(it -> it.hasChanged() && it.getChanged().getStateRevision() >= revision);
        }

        @Override
        public void onNext(SessionResponse response) {
            received.add(response);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }
}
