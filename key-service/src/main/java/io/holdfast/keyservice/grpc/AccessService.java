package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenRequest;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenResponse;
import io.holdfast.contracts.access.v1.RevokeClusterTokenRequest;
import io.holdfast.contracts.access.v1.RevokeClusterTokenResponse;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.platform.access.PeerIdentity;
import io.holdfast.platform.access.PeerIdentity.Peer;
import io.holdfast.platform.grpc.ServedOverGrpc;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The {@code Access} service: sessions, who a caller is, what it may, tokens. Only for Holdfast services; kubectl tokens are
 * made for cluster-service alone, and session tokens for the cluster itself, which may call nothing else. Here the peer is judged; what is asked is answered by the parts.
 */
@Singleton
@Typed(ServedOverGrpc.class)
public class AccessService extends AccessGrpc.AccessImplBase implements ServedOverGrpc {
    private static final String CLUSTER_SERVICE = "cluster-service";

    private final SessionCalls sessions;
    private final CredentialCalls credentials;
    private final DecisionCalls decisions;
    private final Answers answers;

    @Inject
    public AccessService(SessionCalls sessions, CredentialCalls credentials, DecisionCalls decisions, Answers answers) {
        this.sessions = sessions;
        this.credentials = credentials;
        this.decisions = decisions;
        this.answers = answers;
    }

    /** Never blocks. */
    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> responses) {
        try {
            requireService();
        } catch (StatusRuntimeException e) {
            return SessionCalls.refused(responses, e);
        }
        return sessions.open(responses);
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> responses) {
        answers.answer("Authenticate", responses, () -> {
            requireService();
            return credentials.authenticate(request);
        });
    }

    @Override
    public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> responses) {
        answers.answer("Authorize", responses, () -> {
            requireService();
            return decisions.authorize(request);
        });
    }

    @Override
    public void grants(GrantsRequest request, StreamObserver<GrantsResponse> responses) {
        answers.answer("Grants", responses, () -> {
            requireService();
            return decisions.grants(request);
        });
    }

    @Override
    public void issueClusterToken(
            IssueClusterTokenRequest request, StreamObserver<IssueClusterTokenResponse> responses) {
        answers.answer("IssueClusterToken", responses, () -> {
            requireClusterService();
            return credentials.issue(request);
        });
    }

    @Override
    public void revokeClusterToken(
            RevokeClusterTokenRequest request, StreamObserver<RevokeClusterTokenResponse> responses) {
        answers.answer("RevokeClusterToken", responses, () -> {
            requireClusterService();
            return credentials.revoke(request);
        });
    }

    @Override
    public void issueResourcePrincipalToken(
            IssueResourcePrincipalTokenRequest request, StreamObserver<IssueResourcePrincipalTokenResponse> responses) {
        answers.answer("IssueResourcePrincipalToken", responses, () -> {
            requireCluster(request.getClusterId());
            return credentials.issue(request);
        });
    }

    private static void requireCluster(String id) {
        if (!(PeerIdentity.current() instanceof Peer.Cluster cluster)
                || !cluster.id().value().equals(id)) {
            throw Answers.of(Status.Code.PERMISSION_DENIED, "Only the cluster itself may call this.");
        }
    }

    private static Peer.Service requireService() {
        Peer peer = PeerIdentity.current();
        Peers.requireAnyService(peer);
        return (Peer.Service) peer;
    }

    private static void requireClusterService() {
        if (!requireService().name().equals(CLUSTER_SERVICE)) {
            throw Answers.of(Status.Code.PERMISSION_DENIED, "this peer may not call this method");
        }
    }
}
