package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.access.v1.RevokeClusterTokenRequest;
import io.holdfast.contracts.access.v1.RevokeClusterTokenResponse;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessSessions;
import io.holdfast.keyservice.bindings.BindingAccess;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.LocalAuthorizer;
import io.holdfast.keyservice.identity.TokenRevocations;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.SignatureRefused;
import io.holdfast.keyservice.tokens.ClusterTokens;
import io.holdfast.keyservice.tokens.TokenRefused;
import io.holdfast.platform.access.PeerIdentity;
import io.holdfast.platform.access.PeerIdentity.Peer;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.grpc.ServedOverGrpc;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The {@code Access} service: sessions, who a caller is, what it may, kubectl tokens. Only for Holdfast services; tokens
 * are made for cluster-service alone.
 */
@Singleton
@Typed(ServedOverGrpc.class)
public class AccessService extends AccessGrpc.AccessImplBase implements ServedOverGrpc {
    private static final Logger LOG = Logger.getLogger(AccessService.class);
    private static final String CLUSTER_SERVICE = "cluster-service";
    private static final int MAX_BINDINGS = 500;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_NAME = 100;
    private static final int SHA256_BASE64 = 44;

    private final AccessSessions sessions;
    private final Identity identity;
    private final ClusterTokens tokens;
    private final TokenRevocations revocations;
    private final BindingAccess bindings;
    private final Answers answers;
    private final SignatureCheck signatures = new SignatureCheck(TimeSource.system());

    @Inject
    public AccessService(
            AccessSessions sessions,
            Identity identity,
            ClusterTokens tokens,
            TokenRevocations revocations,
            BindingAccess bindings,
            Answers answers) {
        this.sessions = sessions;
        this.identity = identity;
        this.tokens = tokens;
        this.revocations = revocations;
        this.bindings = bindings;
        this.answers = answers;
    }

    /** Never blocks: Pings are answered by the sessions' own thread. */
    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> responses) {
        if (!(responses instanceof ServerCallStreamObserver<SessionResponse> out)) {
            throw new IllegalStateException("the gRPC server gives no call observer: " + responses.getClass());
        }
        try {
            requireService();
        } catch (StatusRuntimeException e) {
            return refused(responses, e);
        }
        SessionStream stream = new SessionStream(out);
        Optional<AccessSessions.Client> client = sessions.open(stream);
        if (client.isEmpty()) {
            return refused(responses, Overload.refusal("too many access sessions; try again later"));
        }
        return stream.serve(client.get());
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> responses) {
        answers.answer("Authenticate", responses, () -> {
            requireService();
            // Taken first: the answer carries a revision that is not newer than what it rests on.
            Identity.View view = identity.current();
            return switch (request.getCredentialCase()) {
                case OCI_SIGNATURE -> authenticated(view, signer(view, request.getOciSignature()), 0);
                case CLUSTER_TOKEN -> {
                    ClusterTokens.Verified verified = bearer(view, request.getClusterToken());
                    yield authenticated(
                            view, verified.caller(), verified.expiresAt().toEpochMilli());
                }
                case CREDENTIAL_NOT_SET -> throw invalid("a credential is required");
            };
        });
    }

    @Override
    public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> responses) {
        answers.answer("Authorize", responses, () -> {
            requireService();
            if (request.getOperation().isEmpty() || request.getOperation().length() > MAX_NAME) {
                throw invalid("operation is required");
            }
            Decision decision = LocalAuthorizer.decide(
                    identity.current(),
                    caller(request.getPrincipal()),
                    request.getOperation(),
                    request.getPermissionsList(),
                    new CompartmentId(request.getCompartmentId()),
                    request.getVariablesMap());
            AuthorizeResponse.Builder answer = AuthorizeResponse.newBuilder()
                    .setAllowed(decision.allowed())
                    .setReason(decision.reason())
                    .setStateRevision(decision.stateRevision())
                    .setHoldsUntilMillis(decision.holdsUntil().millis());
            decision.targetTenancy().ifPresent(tenancy -> answer.setTargetTenancyId(tenancy.value()));
            return answer.build();
        });
    }

    @Override
    public void grants(GrantsRequest request, StreamObserver<GrantsResponse> responses) {
        answers.answer("Grants", responses, () -> {
            requireService();
            if (request.getBindingIdsCount() > MAX_BINDINGS) {
                throw invalid("at most " + MAX_BINDINGS + " bindings in one question");
            }
            List<BindingId> ids =
                    request.getBindingIdsList().stream().map(BindingId::new).toList();
            BindingAccess.Grants grants = bindings.decide(ids);
            return GrantsResponse.newBuilder()
                    .setStateRevision(grants.stateRevision())
                    .addAllGrants(grants.grants())
                    .build();
        });
    }

    @Override
    public void issueClusterToken(
            IssueClusterTokenRequest request, StreamObserver<IssueClusterTokenResponse> responses) {
        answers.answer("IssueClusterToken", responses, () -> {
            requireClusterService();
            User user = activeUser(caller(request.getPrincipal()));
            ClusterTokens.Issued issued = tokens.issue(
                    user.id(), new ClusterId(request.getClusterId()), Duration.ofSeconds(request.getLifetimeSeconds()));
            return IssueClusterTokenResponse.newBuilder()
                    .setToken(issued.token())
                    .setTokenId(issued.id())
                    .setExpiresAtMillis(issued.expiresAt().toEpochMilli())
                    .build();
        });
    }

    @Override
    public void revokeClusterToken(
            RevokeClusterTokenRequest request, StreamObserver<RevokeClusterTokenResponse> responses) {
        answers.answer("RevokeClusterToken", responses, () -> {
            requireClusterService();
            Caller caller = caller(request.getPrincipal());
            User user = activeUser(caller);
            if (!ClusterTokens.isId(request.getTokenId())) {
                throw invalid("token_id is not the id of a token");
            }
            // The record must outlive the token, whatever the caller believes: no token lives longer than this.
            Instant expiresAt = Instant.now().plus(ClusterTokens.MAX_LIFETIME);
            return RevokeClusterTokenResponse.newBuilder()
                    .setStateRevision(revocations.revoke(
                            user.tenancyId(), user.id(), request.getTokenId(), expiresAt, caller.id()))
                    .build();
        });
    }

    /** Ends the call; what the client still sends is dropped. */
    private static StreamObserver<SessionRequest> refused(
            StreamObserver<SessionResponse> responses, StatusRuntimeException refusal) {
        responses.onError(refusal);
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionRequest ignored) {}

            @Override
            public void onError(Throwable ignored) {}

            @Override
            public void onCompleted() {}
        };
    }

    private Caller signer(Identity.View view, OciSignature signature) {
        if (signature.getHeadersCount() > MAX_HEADERS
                || signature.getContentSha256().length() != SHA256_BASE64) {
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
        try {
            return signatures.verify(
                    new SignedRequest(
                            signature.getMethod(),
                            signature.getTarget(),
                            signature.getHeadersMap(),
                            signature.getAuthorization(),
                            signature.getContentSha256()),
                    view.identity());
        } catch (SignatureRefused e) {
            LOG.debugv("A signature was refused. reason={0}", e.getMessage());
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
    }

    private ClusterTokens.Verified bearer(Identity.View view, ClusterToken token) {
        try {
            return tokens.verify(token.getToken(), new ClusterId(token.getClusterId()), view.identity());
        } catch (TokenRefused e) {
            LOG.debugv("A cluster token was refused. reason={0}", e.getMessage());
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
    }

    private static AuthenticateResponse authenticated(Identity.View view, Caller caller, long expiresAtMillis) {
        return AuthenticateResponse.newBuilder()
                .setPrincipal(Principal.newBuilder()
                        .setType(caller.type())
                        .setId(caller.id())
                        .setName(caller.name())
                        .setTenancyId(caller.tenancyId().value())
                        .setCompartmentId(caller.compartmentId()))
                .setStateRevision(view.stateRevision())
                .setExpiresAtMillis(expiresAtMillis)
                .build();
    }

    private static Caller caller(Principal principal) {
        return new Caller(
                principal.getType(),
                principal.getId(),
                principal.getName(),
                new TenancyId(principal.getTenancyId()),
                principal.getCompartmentId());
    }

    private User activeUser(Caller caller) {
        if (!caller.type().equals(io.holdfast.iam.decision.Principal.USER)) {
            throw invalid("a token is for a user");
        }
        return identity.current()
                .identity()
                .activeUser(new UserId(caller.id()))
                .filter(user -> user.tenancyId().equals(caller.tenancyId()))
                .orElseThrow(() -> Status.NOT_FOUND
                        .withDescription("there is no such active user")
                        .asRuntimeException());
    }

    private static Peer.Service requireService() {
        Peer peer = PeerIdentity.current();
        Peers.requireAnyService(peer);
        return (Peer.Service) peer;
    }

    private static void requireClusterService() {
        if (!requireService().name().equals(CLUSTER_SERVICE)) {
            throw denied();
        }
    }

    private static StatusRuntimeException denied() {
        return Status.PERMISSION_DENIED
                .withDescription("this peer may not call this method")
                .asRuntimeException();
    }

    private static StatusRuntimeException invalid(String why) {
        return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
    }
}
