package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenRequest;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenResponse;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.contracts.access.v1.RevokeClusterTokenRequest;
import io.holdfast.contracts.access.v1.RevokeClusterTokenResponse;
import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TokenRevocations;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.SignatureRefused;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.keyservice.tokens.Bearer;
import io.holdfast.keyservice.tokens.BearerTokens;
import io.holdfast.keyservice.tokens.ClusterTokens;
import io.holdfast.keyservice.tokens.Credentials;
import io.holdfast.keyservice.tokens.KubectlTokens;
import io.holdfast.keyservice.tokens.LiveClusters;
import io.holdfast.keyservice.tokens.ResourcePrincipalTokens;
import io.holdfast.keyservice.tokens.TokenIssue;
import io.holdfast.keyservice.tokens.TokenRefused;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Who a caller is by the credential it shows, and the credentials that are made and ended here. The peer has been judged. */
@ApplicationScoped
class CredentialCalls {
    private static final Logger LOG = Logger.getLogger(CredentialCalls.class);
    private static final int MAX_HEADERS = 100;
    private static final int SHA256_BASE64 = 44;

    private final Identity identity;
    private final Credentials credentials;
    private final SignatureCheck signatures;
    private final KubectlTokens kubectl;
    private final BearerTokens bearers;
    private final TokenIssue tokens;
    private final TokenRevocations revocations;
    private final LiveClusters clusters;

    CredentialCalls(
            Identity identity,
            Credentials credentials,
            SignatureCheck signatures,
            KubectlTokens kubectl,
            BearerTokens bearers,
            TokenIssue tokens,
            TokenRevocations revocations,
            LiveClusters clusters) {
        this.identity = identity;
        this.credentials = credentials;
        this.signatures = signatures;
        this.kubectl = kubectl;
        this.bearers = bearers;
        this.tokens = tokens;
        this.revocations = revocations;
        this.clusters = clusters;
    }

    AuthenticateResponse authenticate(AuthenticateRequest request) {
        // Taken first: the answer carries a revision that is not newer than what it rests on.
        Identity.View view = identity.current();
        return switch (request.getCredentialCase()) {
            case OCI_SIGNATURE -> {
                SignatureCheck.Signed signed = signer(view, request.getOciSignature());
                yield authenticated(view, signed.by(), signed.validity());
            }
            case CLUSTER_TOKEN -> {
                ClusterToken shown = request.getClusterToken();
                ClusterId cluster = new ClusterId(shown.getClusterId());
                yield authenticated(view, () -> kubectl.verify(shown.getToken(), cluster, view));
            }
            case BEARER_TOKEN ->
                authenticated(
                        view, () -> bearers.verify(request.getBearerToken().getToken(), view.identity()));
            case CREDENTIAL_NOT_SET -> throw invalid("a credential is required");
        };
    }

    IssueClusterTokenResponse issue(IssueClusterTokenRequest request) {
        User user = activeUser(Callers.caller(request.getPrincipal()));
        ClusterTokens.Issued issued = tokens.forKubectl(
                user.id(), new ClusterId(request.getClusterId()), Duration.ofSeconds(request.getLifetimeSeconds()));
        return IssueClusterTokenResponse.newBuilder()
                .setToken(issued.token())
                .setTokenId(issued.id())
                .setExpiresAtMillis(issued.expiresAt().toEpochMilli())
                .build();
    }

    /** The peer is the cluster itself. */
    IssueResourcePrincipalTokenResponse issue(IssueResourcePrincipalTokenRequest request) {
        Caller cluster = clusters.find(new ClusterId(request.getClusterId()))
                .orElseThrow(() -> Answers.of(Status.Code.NOT_FOUND, "the cluster holds no binding"));
        ResourcePrincipalTokens.Issued issued = tokens.forCluster(
                cluster, request.getPublicKeyPem(), Duration.ofSeconds(request.getLifetimeSeconds()), cluster.id());
        return IssueResourcePrincipalTokenResponse.newBuilder()
                .setToken(issued.token())
                .setExpiresAtMillis(issued.expiresAt().toEpochMilli())
                .build();
    }

    RevokeClusterTokenResponse revoke(RevokeClusterTokenRequest request) {
        Caller caller = Callers.caller(request.getPrincipal());
        User user = activeUser(caller);
        if (!ClusterTokens.isId(request.getTokenId())) {
            throw invalid("token_id is not the id of a token");
        }
        // The record must outlive the token, whatever the caller believes: no token lives longer than this.
        Instant expiresAt = Instant.now().plus(ClusterTokens.MAX_LIFETIME);
        return RevokeClusterTokenResponse.newBuilder()
                .setStateRevision(
                        revocations.revoke(user.tenancyId(), user.id(), request.getTokenId(), expiresAt, caller.id()))
                .build();
    }

    private SignatureCheck.Signed signer(Identity.View view, OciSignature signature) {
        if (signature.getHeadersCount() > MAX_HEADERS
                || signature.getContentSha256().length() != SHA256_BASE64) {
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
        try {
            SignedRequest request = new SignedRequest(
                    signature.getMethod(),
                    signature.getTarget(),
                    signature.getHeadersMap(),
                    signature.getAuthorization(),
                    signature.getContentSha256());
            SigningKeys keys = credentials.at(view.identity());
            return signature.getAgain() ? signatures.again(request, keys) : signatures.signed(request, keys);
        } catch (SignatureRefused e) {
            LOG.debugv("A signature was refused. reason={0}", e.getMessage());
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
    }

    /** A token's verification. */
    private interface Verification {
        Bearer verify() throws TokenRefused;
    }

    private static AuthenticateResponse authenticated(Identity.View view, Verification verification) {
        try {
            Bearer bearer = verification.verify();
            return authenticated(view, bearer.caller(), bearer.validity());
        } catch (TokenRefused e) {
            LOG.debugv("A token was refused. reason={0}", e.getMessage());
            throw Status.UNAUTHENTICATED.asRuntimeException();
        }
    }

    private static AuthenticateResponse authenticated(Identity.View view, Caller caller, Validity validity) {
        return AuthenticateResponse.newBuilder()
                .setPrincipal(Callers.principal(caller))
                .setStateRevision(view.stateRevision())
                .setExpiresAtMillis(validity.millis())
                .build();
    }

    private User activeUser(Caller caller) {
        if (!caller.type().equals(Principal.USER)) {
            throw invalid("a token is for a user");
        }
        return identity.current()
                .identity()
                .activeUser(new UserId(caller.id()))
                .filter(user -> user.tenancyId().equals(caller.tenancyId()))
                .orElseThrow(() -> Answers.of(Status.Code.NOT_FOUND, "there is no such active user"));
    }

    private static StatusRuntimeException invalid(String why) {
        return Answers.of(Status.Code.INVALID_ARGUMENT, why);
    }
}
