package io.holdfast.clusterservice;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.Changed;
import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.Pong;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.contracts.bindings.v1.ActivateRequest;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.Binding;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.bindings.v1.ListResponse;
import io.holdfast.contracts.bindings.v1.Refusal;
import io.holdfast.contracts.bindings.v1.ReleaseRequest;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.testkit.Await;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The part of key-service that cluster-service calls, over real mutual TLS, as the comments of the contracts say; state in
 * memory. A request is signed by a user when its authorization header is {@code Signature <name>}.
 */
final class KeyServicePeer implements AutoCloseable {
    /** Of all peers, one after the other: the service under test takes an older one for a restored key-service, and gives up. */
    private static final AtomicLong REVISION = new AtomicLong(1);

    private final Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
    private final Map<String, Principal> users = new ConcurrentHashMap<>();
    private final Set<String> denied = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> strangers = new ConcurrentHashMap<>();
    private final Map<String, String> placed = new ConcurrentHashMap<>();
    private final Map<String, Key> keys = new ConcurrentHashMap<>();
    private final Map<String, Binding> bindings = new ConcurrentHashMap<>();
    private final Map<String, String> requesters = new ConcurrentHashMap<>();
    private final AtomicInteger bindsToLose = new AtomicInteger();
    private final AtomicInteger releasesToRefuse = new AtomicInteger();
    private final Set<String> lostOnceAllowed = ConcurrentHashMap.newKeySet();
    private final Map<String, String> forgottenOnceAllowed = new ConcurrentHashMap<>();
    private final Set<StreamObserver<SessionResponse>> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, StatusRuntimeException> unidentified = new ConcurrentHashMap<>();
    private final AtomicReference<StatusRuntimeException> tokensRefused = new AtomicReference<>();
    private final Set<String> tokenClusters = ConcurrentHashMap.newKeySet();
    private final Server server;

    /** @param state OCI lifecycle state */
    record Key(String state, boolean permitted, boolean suitable) {}

    KeyServicePeer(Path tls, int port) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
                .sslContext(GrpcSslContexts.forServer(
                                tls.resolve("key-service.crt").toFile(),
                                tls.resolve("key-service.key").toFile())
                        .trustManager(tls.resolve("ca.crt").toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build())
                .addService(new BindingsPart())
                .addService(new AccessPart())
                .build()
                .start();
    }

    /** A user who may do anything; the answer is the value for the authorization header. */
    String user(String name, TenancyId tenancy) {
        users.put(
                "Signature " + name,
                Principal.newBuilder()
                        .setType("user")
                        .setId(mint.user().value())
                        .setName(name)
                        .setTenancyId(tenancy.value())
                        .build());
        return "Signature " + name;
    }

    /**
     * A user whom no policy names.
     *
     * @param asked counts the questions what the user may
     */
    String stranger(String name, TenancyId tenancy, AtomicInteger asked) {
        String authorization = user(name, tenancy);
        strangers.put(users.get(authorization).getId(), asked);
        return authorization;
    }

    /** A cluster that may do anything, as it signs with a session token. */
    String cluster(String id, TenancyId tenancy, String compartment) {
        users.put(
                "Signature " + id,
                Principal.newBuilder()
                        .setType("cluster")
                        .setId(id)
                        .setName(id)
                        .setTenancyId(tenancy.value())
                        .setCompartmentId(compartment)
                        .build());
        return "Signature " + id;
    }

    /** Takes a permission away from everybody in a compartment. */
    void deny(String permission, String compartment) {
        denied.add(permission + " " + compartment);
        REVISION.incrementAndGet();
    }

    /**
     * Allows one question about a permission in a compartment, and takes the permission away before that answer arrives: the
     * removal is acknowledged by then, so key-service would have answered it.
     */
    void denyOnceAllowed(String permission, String compartment) {
        lostOnceAllowed.add(permission + " " + compartment);
    }

    /** Moves the state as any change of somebody else does, while a question about this permission is being answered. */
    void moveOnceAllowed(String permission, String compartment) {
        lostOnceAllowed.add("(only moved) " + permission + " " + compartment);
    }

    /** Takes the key away that somebody signs with, while a question about this permission is being answered. */
    void forgetOnceAllowed(String authorization, String permission, String compartment) {
        forgottenOnceAllowed.put(permission + " " + compartment, authorization);
    }

    private void tellAndAwaitAcknowledgement() {
        long moved = REVISION.get();
        for (StreamObserver<SessionResponse> session : sessions) {
            synchronized (session) {
                session.onNext(SessionResponse.newBuilder()
                        .setChanged(Changed.newBuilder().setStateRevision(moved))
                        .build());
            }
        }
        Await.atMostSeconds(20).until("the acknowledgement", () -> acknowledged.get() >= moved);
    }

    /** The answer to whoever signs so. */
    String unidentified(String name, StatusRuntimeException failure) {
        unidentified.put("Signature " + name, failure);
        return "Signature " + name;
    }

    /** What the next kubectl token is refused with. */
    void refuseToken(StatusRuntimeException failure) {
        tokensRefused.set(failure);
    }

    /** Whether a kubectl token was made for the cluster. */
    boolean madeTokenFor(String cluster) {
        return tokenClusters.contains(cluster);
    }

    /** Puts a compartment into a tenancy; any other is of the tenancy of whoever asks. */
    void place(String compartment, TenancyId tenancy) {
        placed.put(compartment, tenancy.value());
    }

    KeyId key(String state, boolean permitted, boolean suitable) {
        KeyId id = mint.key(mint.vault());
        keys.put(id.value(), new Key(state, permitted, suitable));
        return id;
    }

    void move(KeyId key, String state) {
        keys.computeIfPresent(key.value(), (id, was) -> new Key(state, was.permitted(), was.suitable()));
        REVISION.incrementAndGet();
    }

    /** The next binds are recorded, and their answers lost. */
    void loseAnswersToBind(int count) {
        bindsToLose.set(count);
    }

    /** Ends a binding as an operator of key-service could. */
    void releaseBehindTheBack(BindingId binding) {
        bindings.computeIfPresent(
                binding.value(),
                (id, was) -> was.toBuilder().setState(BindingState.RELEASED).build());
        REVISION.incrementAndGet();
    }

    void refuseReleases(int count) {
        releasesToRefuse.set(count);
    }

    Optional<Binding> bindingOf(String cluster) {
        return bindings.values().stream()
                .filter(binding -> binding.getClusterId().equals(cluster))
                .findFirst();
    }

    /** The tenancy of the user who asked for the cluster's binding. */
    Optional<String> requester(String cluster) {
        return Optional.ofNullable(requesters.get(cluster));
    }

    List<Binding> bindingsOf(KeyId key) {
        return bindings.values().stream()
                .filter(binding -> binding.getKeyId().equals(key.value()))
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    private final class BindingsPart extends BindingsGrpc.BindingsImplBase {
        @Override
        public void bind(BindRequest request, StreamObserver<BindResponse> out) {
            BindResponse answer = decide(request);
            if (answer.hasBinding() && bindsToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                out.onError(Status.UNAVAILABLE
                        .withDescription("the connection broke")
                        .asRuntimeException());
                return;
            }
            complete(out, answer);
        }

        private BindResponse decide(BindRequest request) {
            Key key = keys.get(request.getKeyId());
            if (key == null) {
                return refused(Refusal.Kind.KEY_NOT_FOUND, "The key " + request.getKeyId() + " was not found.");
            }
            Optional<Binding> held = bindingOf(request.getClusterId());
            if (held.isPresent()) {
                return BindResponse.newBuilder().setBinding(held.get()).build();
            }
            if (!key.suitable()) {
                return refused(Refusal.Kind.KEY_UNSUITABLE, "An ECDSA key cannot wrap data keys.");
            }
            if (!key.state().equals("ENABLED")) {
                return refused(Refusal.Kind.KEY_NOT_ENABLED, "The key is " + key.state() + ", not ENABLED.");
            }
            if (!key.permitted()) {
                return refused(Refusal.Kind.NOT_PERMITTED, "No policy lets the cluster use the key.");
            }
            Binding binding = Binding.newBuilder()
                    .setId(mint.binding().value())
                    .setClusterId(request.getClusterId())
                    .setClusterCompartmentId(request.getClusterCompartmentId())
                    .setTenancyId(request.getTenancyId())
                    .setKeyId(request.getKeyId())
                    .setMode("direct")
                    .setCustodian("secret-service")
                    .setState(BindingState.RESERVED)
                    .build();
            bindings.put(binding.getId(), binding);
            requesters.put(request.getClusterId(), request.getRequestedByTenancyId());
            REVISION.incrementAndGet();
            return BindResponse.newBuilder().setBinding(binding).build();
        }

        private BindResponse refused(Refusal.Kind kind, String message) {
            return BindResponse.newBuilder()
                    .setRefusal(Refusal.newBuilder().setKind(kind).setMessage(message))
                    .build();
        }

        @Override
        public void activate(ActivateRequest request, StreamObserver<Binding> out) {
            Binding binding = bindings.get(request.getBindingId());
            if (binding == null) {
                out.onError(Status.NOT_FOUND.asRuntimeException());
            } else if (binding.getState() == BindingState.RELEASED) {
                out.onError(Status.FAILED_PRECONDITION.asRuntimeException());
            } else {
                complete(out, move(binding, BindingState.ACTIVE));
            }
        }

        @Override
        public void release(ReleaseRequest request, StreamObserver<Binding> out) {
            Binding binding = bindings.get(request.getBindingId());
            if (releasesToRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                out.onError(Status.UNAVAILABLE.asRuntimeException());
            } else if (binding == null) {
                out.onError(Status.NOT_FOUND.asRuntimeException());
            } else {
                complete(out, move(binding, BindingState.RELEASED));
            }
        }

        private Binding move(Binding binding, BindingState state) {
            Binding next = binding.toBuilder().setState(state).build();
            bindings.put(next.getId(), next);
            REVISION.incrementAndGet();
            return next;
        }

        /** Pages of two, so that callers must go on. */
        @Override
        public void list(ListRequest request, StreamObserver<ListResponse> out) {
            List<Binding> rest = bindings.values().stream()
                    .filter(binding ->
                            request.getKeyId().isEmpty() || binding.getKeyId().equals(request.getKeyId()))
                    .filter(binding -> binding.getClusterId().compareTo(request.getPageToken()) > 0)
                    .sorted(Comparator.comparing(Binding::getClusterId))
                    .toList();
            List<Binding> page = rest.subList(0, Math.min(2, rest.size()));
            complete(
                    out,
                    ListResponse.newBuilder()
                            .addAllBindings(page)
                            .setNextPageToken(
                                    page.size() < rest.size() ? page.getLast().getClusterId() : "")
                            .setStateRevision(REVISION.get())
                            .build());
        }
    }

    private final class AccessPart extends AccessGrpc.AccessImplBase {
        @Override
        public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> out) {
            sessions.add(out);
            return new StreamObserver<>() {
                @Override
                public void onNext(SessionRequest ping) {
                    acknowledged.set(ping.getAcknowledgedRevision());
                    synchronized (out) {
                        out.onNext(SessionResponse.newBuilder()
                                .setPong(Pong.newBuilder()
                                        .setNonce(ping.getNonce())
                                        .setStateRevision(REVISION.get())
                                        .setTermMillis(5_000))
                                .build());
                    }
                }

                @Override
                public void onError(Throwable broken) {
                    sessions.remove(out);
                }

                @Override
                public void onCompleted() {
                    sessions.remove(out);
                    synchronized (out) {
                        out.onCompleted();
                    }
                }
            };
        }

        @Override
        public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> out) {
            StatusRuntimeException failure =
                    unidentified.get(request.getOciSignature().getAuthorization());
            if (failure != null) {
                out.onError(failure);
                return;
            }
            Principal user = users.get(request.getOciSignature().getAuthorization());
            if (user == null) {
                out.onError(Status.UNAUTHENTICATED.asRuntimeException());
                return;
            }
            complete(
                    out,
                    AuthenticateResponse.newBuilder()
                            .setPrincipal(user)
                            .setStateRevision(REVISION.get())
                            .build());
        }

        @Override
        public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> out) {
            AtomicInteger asked = strangers.get(request.getPrincipal().getId());
            if (asked != null) {
                asked.incrementAndGet();
            }
            boolean allowed = asked == null
                    && request.getPermissionsList().stream()
                            .noneMatch(permission -> denied.contains(permission + " " + request.getCompartmentId()));
            long decidedAt = REVISION.get();
            for (String permission : request.getPermissionsList()) {
                if (lostOnceAllowed.remove(permission + " " + request.getCompartmentId())) {
                    deny(permission, request.getCompartmentId());
                    tellAndAwaitAcknowledgement();
                }
                String forgotten = forgottenOnceAllowed.remove(permission + " " + request.getCompartmentId());
                if (forgotten != null) {
                    users.remove(forgotten);
                    REVISION.incrementAndGet();
                    tellAndAwaitAcknowledgement();
                }
                if (lostOnceAllowed.remove("(only moved) " + permission + " " + request.getCompartmentId())) {
                    REVISION.incrementAndGet();
                    tellAndAwaitAcknowledgement();
                }
            }
            complete(
                    out,
                    AuthorizeResponse.newBuilder()
                            .setAllowed(allowed)
                            .setReason(allowed ? "" : "denied by the test")
                            .setStateRevision(decidedAt)
                            .setTargetTenancyId(placed.getOrDefault(
                                    request.getCompartmentId(),
                                    request.getPrincipal().getTenancyId()))
                            .build());
        }

        @Override
        public void grants(GrantsRequest request, StreamObserver<GrantsResponse> out) {
            GrantsResponse.Builder answer = GrantsResponse.newBuilder().setStateRevision(REVISION.get());
            request.getBindingIdsList().forEach(id -> answer.addGrants(grant(id)));
            complete(out, answer.build());
        }

        private Grant grant(String id) {
            Grant.Builder grant = Grant.newBuilder().setBindingId(id);
            Binding binding = bindings.get(id);
            if (binding == null || binding.getState() == BindingState.RELEASED) {
                return grant.setDenial(Denial.BINDING_RELEASED).build();
            }
            Key key = java.util.Objects.requireNonNull(keys.get(binding.getKeyId()));
            grant.setKeyId(binding.getKeyId()).setKeyState(key.state());
            return switch (key.state()) {
                case "ENABLED" -> grant.setAllowed(true).build();
                case "DELETED" ->
                    grant.setDenial(Denial.KEY_DELETED)
                            .setReason("The key was deleted.")
                            .build();
                default ->
                    grant.setDenial(Denial.KEY_DISABLED)
                            .setReason("The key is disabled.")
                            .build();
            };
        }

        @Override
        public void issueClusterToken(IssueClusterTokenRequest request, StreamObserver<IssueClusterTokenResponse> out) {
            StatusRuntimeException refusal = tokensRefused.getAndSet(null);
            if (refusal != null) {
                out.onError(refusal);
                return;
            }
            tokenClusters.add(request.getClusterId());
            complete(
                    out,
                    IssueClusterTokenResponse.newBuilder()
                            .setToken("token-of-" + request.getPrincipal().getName() + "-for-"
                                    + request.getLifetimeSeconds())
                            .setTokenId("1")
                            .setExpiresAtMillis(Instant.now()
                                    .plus(Duration.ofSeconds(request.getLifetimeSeconds()))
                                    .toEpochMilli())
                            .build());
        }
    }

    private static <T> void complete(StreamObserver<T> out, T answer) {
        out.onNext(answer);
        out.onCompleted();
    }
}
