package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.PolicyChanged;
import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.iam.decision.Relocation;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.StatementReview.Remark;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates, changes and deletes policies. A statement that could never grant is refused, with its place; each change takes
 * effect with its commit, which is the state revision that it raises. What it takes away has ended everywhere only when
 * that revision was awaited.
 */
@ApplicationScoped
public class Policies {
    /** Policies of one tenancy (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 100;
    /** Statements of one tenancy, all policies together. */
    public static final int STATEMENTS_PER_TENANCY = 500;

    private final Identity identity;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public Policies(Identity identity, Ocid.Mint mint) {
        this.identity = identity;
        this.mint = mint;
    }

    /** What a client asks for; nothing in it is checked yet. */
    public record Wish(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<String> statements,
            @Nullable String versionDate,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /**
     * A policy as it stands now.
     *
     * @param warnings about what was accepted although it may not be meant; none when a repeated request made nothing
     */
    public record Written(Versioned<StoredPolicy> policy, List<Remark> warnings) {
        public Written {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Creates a policy, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER, MISSING_PARAMETER, LIMIT_EXCEEDED, CONFLICT for a name in use, or
     *     INVALIDATED_RETRY_TOKEN when what the token created is gone
     */
    public Written create(Caller actor, CompartmentId compartment, Wish wish, Supplier<RetryTokens.Attempt> retry) {
        TenancyId tenancy = actor.tenancyId();
        StoredPolicy policy = new StoredPolicy(
                mint.policy(),
                tenancy,
                compartment,
                Names.name(wish.name()),
                Names.description(wish.description()),
                StatementReview.requireShape(wish.statements()),
                versionDate(wish.versionDate()),
                false,
                time.wall().truncatedTo(ChronoUnit.MILLIS),
                Names.freeformTags(wish.freeformTags()),
                Names.definedTags(wish.definedTags()));
        return identity.<Written>change(view -> {
                    RetryTokens.Attempt attempt = retry.get();
                    if (attempt.replay().isPresent()) {
                        return Optional.empty();
                    }
                    List<StoredPolicy> others = ofTenancy(view.identity(), tenancy);
                    if (others.stream().anyMatch(it -> it.name().equalsIgnoreCase(policy.name()))) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "A policy named '" + policy.name() + "' exists already.");
                    }
                    if (others.size() >= PER_TENANCY) {
                        throw new ProblemException(
                                ProblemCode.LIMIT_EXCEEDED, "A tenancy has at most " + PER_TENANCY + " policies.");
                    }
                    List<Remark> warnings = requireStatements(view.identity(), others, policy);
                    return Optional.of(write(policy, "CREATED", actor.id(), warnings)
                            .and(attempt.record(policy.id().value())));
                })
                .orElseGet(() -> new Written(replayed(actor, retry.get()), List.of()));
    }

    private Versioned<StoredPolicy> replayed(Caller actor, RetryTokens.Attempt attempt) {
        return attempt.replay()
                .flatMap(id -> visible(identity.current().identity(), actor, new PolicyId(id)))
                .orElseThrow(() -> new ProblemException(ProblemCode.INVALIDATED_RETRY_TOKEN));
    }

    /**
     * Changes what the wish names; what it leaves out stays.
     *
     * @param ifMatch the etag of the policy as the client saw it, null for any
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER, LIMIT_EXCEEDED, or CONFLICT
     *     for the built-in one
     */
    public Written update(Caller actor, PolicyId id, Wish wish, @Nullable String ifMatch) {
        return identity.<Written>change(view -> {
                    StoredPolicy seen = changeable(view.identity(), actor, id, ifMatch);
                    StoredPolicy next = new StoredPolicy(
                            id,
                            seen.tenancyId(),
                            seen.compartmentId(),
                            seen.name(),
                            wish.description() == null ? seen.description() : Names.description(wish.description()),
                            wish.statements() == null
                                    ? seen.statements()
                                    : StatementReview.requireShape(wish.statements()),
                            wish.versionDate() == null ? seen.versionDate() : versionDate(wish.versionDate()),
                            false,
                            seen.timeCreated(),
                            wish.freeformTags() == null ? seen.freeformTags() : Names.freeformTags(wish.freeformTags()),
                            wish.definedTags() == null ? seen.definedTags() : Names.definedTags(wish.definedTags()));
                    List<StoredPolicy> others = ofTenancy(view.identity(), seen.tenancyId()).stream()
                            .filter(it -> !it.id().equals(id))
                            .toList();
                    List<Remark> warnings = requireStatements(view.identity(), others, next);
                    return Optional.of(write(next, "UPDATED", actor.id(), warnings));
                })
                .orElseThrow();
    }

    /**
     * @return the state revision from which on it grants nothing
     * @throws ProblemException as {@link #update}
     */
    public long delete(Caller actor, PolicyId id, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    StoredPolicy seen = changeable(view.identity(), actor, id, ifMatch);
                    return Optional.of(new Identity.Change<>(
                            transaction -> transaction.delete(IdentityLayout.policy(id)),
                            List.of(new PolicyChanged(
                                    id, seen.compartmentId(), seen.name(), "DELETED", List.of(), actor.id())),
                            revision -> revision));
                })
                .orElseThrow();
    }

    /** The policies of the caller's tenancy only: no other is visible. */
    public static Optional<Versioned<StoredPolicy>> visible(IdentitySnapshot identity, Caller caller, PolicyId id) {
        return identity.policy(id).filter(it -> it.value().tenancyId().equals(caller.tenancyId()));
    }

    private static StoredPolicy changeable(
            IdentitySnapshot identity, Caller actor, PolicyId id, @Nullable String ifMatch) {
        Versioned<StoredPolicy> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        if (seen.value().builtIn()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The policy '" + seen.value().name() + "' is built in: it cannot be changed or deleted.");
        }
        return seen.value();
    }

    private static Identity.Change<Written> write(
            StoredPolicy policy, String change, String actor, List<Remark> warnings) {
        return new Identity.Change<>(
                put(policy),
                List.of(changed(policy, change, actor)),
                revision -> new Written(new Versioned<>(policy, revision), warnings));
    }

    static Consumer<Transaction.Builder> put(StoredPolicy policy) {
        return transaction -> transaction.put(IdentityLayout.policy(policy.id()), IdentityDocuments.write(policy));
    }

    static PolicyChanged changed(StoredPolicy policy, String change, String actor) {
        return new PolicyChanged(
                policy.id(), policy.compartmentId(), policy.name(), change, policy.statements(), actor);
    }

    /** The policies whose statements are to say something else when a compartment is as it will be, saying it. */
    static List<StoredPolicy> relocated(IdentitySnapshot identity, Compartment next) {
        CompartmentTree before = identity.policySet(next.tenancyId())
                .orElseThrow(ProblemException::notFound)
                .compartments();
        Relocation relocation = new Relocation(
                before, before.with(new CompartmentTree.Compartment(next.id(), next.name(), next.parentId())));
        List<StoredPolicy> relocated = new ArrayList<>();
        for (StoredPolicy policy : ofTenancy(identity, next.tenancyId())) {
            List<String> statements = relocation.rewritten(policy.statements(), policy.compartmentId());
            if (!statements.equals(policy.statements())) {
                relocated.add(policy.with(statements));
            }
        }
        return relocated;
    }

    /** What its author should know of a policy that is accepted. */
    private static List<Remark> requireStatements(
            IdentitySnapshot identity, List<StoredPolicy> others, StoredPolicy policy) {
        int all = others.stream().mapToInt(it -> it.statements().size()).sum()
                + policy.statements().size();
        if (all > STATEMENTS_PER_TENANCY) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "A tenancy has at most " + STATEMENTS_PER_TENANCY + " statements in all its policies.");
        }
        PolicySet policies = identity.policySet(policy.tenancyId()).orElseThrow(ProblemException::notFound);
        if (!policies.compartments().contains(policy.compartmentId())
                || !Compartments.isOpen(identity, policy.compartmentId())) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
        StatementReview review = StatementReview.of(identity, policies, policy.compartmentId(), policy.statements());
        review.firstError().ifPresent(error -> {
            throw ProblemException.invalid(error.field(), error.text());
        });
        return review.warnings();
    }

    private static @Nullable String versionDate(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            // The CLI sends the date alone, the Java SDK a whole timestamp.
            return LocalDate.parse(text.substring(0, Math.min(10, text.length())))
                    .toString();
        } catch (DateTimeParseException e) {
            throw ProblemException.invalid("versionDate", "is not a date of the form YYYY-MM-DD");
        }
    }

    private static List<StoredPolicy> ofTenancy(IdentitySnapshot identity, TenancyId tenancy) {
        return identity.policies().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(tenancy))
                .toList();
    }
}
