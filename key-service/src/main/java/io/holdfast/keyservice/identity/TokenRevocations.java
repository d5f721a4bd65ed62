package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.ClusterTokenRevoked;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Ends kubectl tokens before their time. A record is kept until its token would have ended by itself, and swept by later
 * revocations.
 */
@ApplicationScoped
public class TokenRevocations {
    /** Records kept for one user. Tokens live an hour at most, so this is a bound on the rate. */
    public static final int PER_USER = 1_000;
    /** Records swept in one transaction. */
    private static final int SWEPT = 50;

    private final Identity identity;
    private final StateRevision state;
    private final TimeSource time = TimeSource.system();

    @Inject
    public TokenRevocations(Identity identity, StateRevision state) {
        this.identity = identity;
        this.state = state;
    }

    /**
     * Revokes; idempotent. It holds everywhere once the answered state revision is acknowledged.
     *
     * @param tenancy of the user
     * @param user whose token it is
     * @param expiresAt when it would end by itself
     * @param actor the OCID of who asked
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for a user who is not of the tenancy, TOO_MANY_REQUESTS
     * @return the state revision from which on the token is refused
     */
    public long revoke(TenancyId tenancy, UserId user, String tokenId, Instant expiresAt, String actor) {
        Optional<Long> changed = identity.change(view -> {
            if (view.identity()
                    .user(user)
                    .filter(it -> it.value().tenancyId().equals(tenancy))
                    .isEmpty()) {
                throw ProblemException.notFound();
            }
            if (view.identity().isRevoked(user, tokenId)) {
                return Optional.empty();
            }
            Instant now = time.wall();
            long kept = view.identity().revokedTokens().stream()
                    .filter(it -> it.userId().equals(user) && it.expiresAt().isAfter(now))
                    .count();
            if (kept >= PER_USER) {
                throw new ProblemException(ProblemCode.TOO_MANY_REQUESTS);
            }
            List<RevokedToken> over = view.identity().revokedTokens().stream()
                    .filter(it -> it.expiresAt().isBefore(now))
                    .limit(SWEPT)
                    .toList();
            RevokedToken revoked = new RevokedToken(user, tokenId, expiresAt);
            return Optional.of(new Identity.Change<Long>(
                    transaction -> {
                        transaction.put(IdentityLayout.revokedToken(user, tokenId), IdentityDocuments.write(revoked));
                        over.forEach(it -> transaction.delete(IdentityLayout.revokedToken(it.userId(), it.tokenId())));
                    },
                    List.of(new ClusterTokenRevoked(user, tokenId, expiresAt, actor)),
                    revision -> revision));
        });
        return changed.orElseGet(state::current);
    }
}
