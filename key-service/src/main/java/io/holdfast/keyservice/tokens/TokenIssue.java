package io.holdfast.keyservice.tokens;

import io.holdfast.events.IdentityEvent.ClusterTokenIssued;
import io.holdfast.events.IdentityEvent.ResourcePrincipalTokenIssued;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.store.TokenRecordStore;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** The one way to get a token: it is on record who asked for it, for which cluster and until when, before it is handed out. */
@ApplicationScoped
public class TokenIssue {
    private final ClusterTokens kubectl;
    private final ResourcePrincipalTokens sessions;
    private final TokenRecordStore records;
    private final Identity identity;

    TokenIssue(ClusterTokens kubectl, ResourcePrincipalTokens sessions, TokenRecordStore records, Identity identity) {
        this.kubectl = kubectl;
        this.sessions = sessions;
        this.records = records;
        this.identity = identity;
    }

    /**
     * A kubectl token for the user who asks.
     *
     * @throws ProblemException INVALID_PARAMETER for a lifetime of less than a second or more than an hour, TOO_MANY_REQUESTS
     *     while the audit trail takes no record
     */
    public ClusterTokens.Issued forKubectl(UserId user, ClusterId cluster, Duration lifetime) {
        ClusterTokens.Issued issued = kubectl.issue(user, cluster, lifetime);
        records.record(new ClusterTokenIssued(user, cluster, issued.id(), issued.expiresAt(), user.value()));
        return issued;
    }

    /**
     * A token by which whoever holds the session key signs as the cluster.
     *
     * @param cluster as it is known now
     * @param publicKey PEM of the session key's public half
     * @param actor the OCID of who asks
     * @throws ProblemException INVALID_PARAMETER for a lifetime or a session key that {@link ResourcePrincipalTokens} refuses,
     *     TOO_MANY_REQUESTS while the audit trail takes no record, NOT_AUTHORIZED_OR_NOT_FOUND or NOT_AUTHENTICATED when the
     *     right of the running request is gone meanwhile
     */
    public ResourcePrincipalTokens.Issued forCluster(
            Caller cluster, String publicKey, Duration lifetime, String actor) {
        ResourcePrincipalTokens.Issued issued = sessions.issue(cluster, publicKey, lifetime);
        records.record(
                new ResourcePrincipalTokenIssued(
                        new ClusterId(cluster.id()), cluster.tenancyId(), issued.id(), issued.expiresAt(), actor),
                identity.rightOfRequest());
        return issued;
    }
}
