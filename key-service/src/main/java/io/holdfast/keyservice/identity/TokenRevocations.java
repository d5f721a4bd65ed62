package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.ClusterTokenRevoked;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import io.holdfast.keyservice.identity.Identities.RevokedTokens;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Ends kubectl tokens before their time. A record is kept until its token would have ended by itself, and swept by later
 * revocations.
 *
 * <p>Ids are not compared with tokens that were issued (the audit trail has those, nothing here), so anybody may fill his
 * quota with invented ones. Then one record takes the place of many: every token of the user that was issued until now is
 * revoked. That asks for at most a new kubectl token, and nobody else notices.
 */
@ApplicationScoped
public class TokenRevocations {
    /** The longest a token lives: what was issued longer ago needs no record. */
    public static final Duration LONGEST_LIFETIME = Duration.ofHours(1);
    /** How far the clock of another replica may be ahead of this one. */
    public static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
    /** Revocations kept one by one for a user; as many as fit one transaction that replaces them. */
    static final int PER_USER = 64;
    /** Revocations kept one by one for all users. */
    static final int ONE_BY_ONE = 25_000;

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
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for a user who is not of the tenancy
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
            if (view.identity().hasRevocation(user, tokenId)) {
                return Optional.empty();
            }
            return Optional.of(new Identity.Change<Long>(
                    writes(view.identity(), user, tokenId, expiresAt),
                    List.of(new ClusterTokenRevoked(user, tokenId, expiresAt, actor)),
                    revision -> revision));
        });
        return changed.orElseGet(state::current);
    }

    private Consumer<Transaction.Builder> writes(
            IdentitySnapshot identity, UserId user, String tokenId, Instant expiresAt) {
        Instant now = time.wall();
        List<RevokedToken> kept = identity.revokedTokens().stream()
                .filter(it -> !it.expiresAt().isBefore(now))
                .toList();
        List<RevokedToken> own =
                kept.stream().filter(it -> it.userId().equals(user)).toList();
        if (own.size() >= PER_USER || kept.size() >= ONE_BY_ONE) {
            RevokedTokens all = untilNow(identity, user, now);
            return transaction -> {
                transaction.put(IdentityLayout.tokensRevokedBefore(user), IdentityDocuments.write(all));
                own.stream()
                        .limit(PER_USER)
                        .forEach(it -> transaction.delete(IdentityLayout.revokedToken(user, it.tokenId())));
            };
        }
        Set<String> over = new LinkedHashSet<>(identity.revocationsOver());
        identity.revokedTokens().stream()
                .filter(it -> it.expiresAt().isBefore(now))
                .forEach(it -> over.add(IdentityLayout.revokedToken(it.userId(), it.tokenId())));
        String written = IdentityLayout.revokedToken(user, tokenId);
        over.remove(written);
        RevokedToken revoked = new RevokedToken(user, tokenId, expiresAt);
        return transaction -> {
            transaction.put(written, IdentityDocuments.write(revoked));
            over.stream().limit(PER_USER).forEach(transaction::delete);
        };
    }

    /** What a replica whose clock is ahead has issued is included. A later record that stands already is not shortened. */
    private static RevokedTokens untilNow(IdentitySnapshot identity, UserId user, Instant now) {
        Instant before = now.plus(CLOCK_TOLERANCE);
        RevokedTokens all = new RevokedTokens(user, before, before.plus(LONGEST_LIFETIME));
        return identity.revokedTokens(user)
                .filter(standing -> standing.before().isAfter(before))
                .orElse(all);
    }
}
