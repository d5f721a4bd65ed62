package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.ApiKeyDeleted;
import io.holdfast.events.IdentityEvent.ApiKeyUploaded;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The public keys that requests of a user are signed with. */
@ApplicationScoped
public class ApiKeys {
    /** Keys of one user (OCI documentation, "Service Limits"). */
    public static final int PER_USER = 3;

    private final Identity identity;
    private final TimeSource time = TimeSource.system();

    @Inject
    public ApiKeys(Identity identity) {
        this.identity = identity;
    }

    /**
     * Adds a key, or answers the one that the same retry token added before.
     *
     * @param pem as the client sent it
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException MISSING_PARAMETER, INVALID_PARAMETER for what is no RSA key of 2048 to 8192 bits,
     *     NOT_AUTHORIZED_OR_NOT_FOUND, LIMIT_EXCEEDED, or CONFLICT when the user has the key already
     */
    public Versioned<ApiKey> upload(
            Caller actor, UserId user, @Nullable String pem, Supplier<RetryTokens.Attempt> retry) {
        RsaPublicKey key = read(pem);
        ApiKey added = new ApiKey(
                actor.tenancyId(),
                user,
                key.fingerprint(),
                key.toPem(),
                time.wall().truncatedTo(ChronoUnit.MILLIS));
        return Creation.once(
                identity,
                retry,
                added.fingerprint(),
                seen -> {
                    User owner = Users.visible(seen, actor, user)
                            .orElseThrow(ProblemException::notFound)
                            .value();
                    if (find(seen, user, added.fingerprint()).isPresent()) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT,
                                "The user has an API key with the fingerprint " + added.fingerprint() + " already.");
                    }
                    if (seen.apiKeys(user).size() >= PER_USER) {
                        throw new ProblemException(
                                ProblemCode.LIMIT_EXCEEDED, "A user has at most " + PER_USER + " API keys.");
                    }
                    return new Identity.Change<>(
                            transaction ->
                                    transaction.put(IdentityLayout.apiKey(added), IdentityDocuments.write(added)),
                            List.of(new ApiKeyUploaded(user, owner.tenancyId(), added.fingerprint(), actor.id())),
                            revision -> new Versioned<>(added, revision));
                },
                (seen, fingerprint) -> find(seen, user, fingerprint));
    }

    /**
     * @param fingerprint in either case
     * @return the state revision from which on the key signs nothing
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, or CONFLICT for the last key of the last
     *     administrator
     */
    public long delete(Caller actor, UserId user, String fingerprint, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    IdentitySnapshot seen = view.identity();
                    User owner = Users.visible(seen, actor, user)
                            .orElseThrow(ProblemException::notFound)
                            .value();
                    Versioned<ApiKey> key = find(seen, user, fingerprint.toLowerCase(Locale.ROOT))
                            .orElseThrow(ProblemException::notFound);
                    Etags.requireMatch(ifMatch, Etags.of(key.revision()));
                    Administration.requireAnotherKey(seen, owner.tenancyId(), user);
                    return Optional.of(new Identity.Change<>(
                            transaction -> transaction.delete(IdentityLayout.apiKey(key.value())),
                            List.of(new ApiKeyDeleted(
                                    user, owner.tenancyId(), key.value().fingerprint(), actor.id())),
                            revision -> revision));
                })
                .orElseThrow();
    }

    private static Optional<Versioned<ApiKey>> find(IdentitySnapshot identity, UserId user, String fingerprint) {
        return identity.apiKeys(user).stream()
                .filter(it -> it.value().fingerprint().equals(fingerprint))
                .findFirst();
    }

    private static RsaPublicKey read(@Nullable String pem) {
        if (pem == null) {
            throw ProblemException.missing("key");
        }
        try {
            return RsaPublicKey.fromPem(pem);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("key", "is not usable: " + e.getMessage());
        }
    }
}
