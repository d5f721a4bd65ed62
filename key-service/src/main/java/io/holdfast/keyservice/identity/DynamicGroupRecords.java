package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.DynamicGroupChanged;
import io.holdfast.iam.decision.Finding;
import io.holdfast.iam.language.ParsedRule;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.DynamicGroup;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates, changes and deletes dynamic groups. Who is in them is no part of their record: the rule says it at each decision. */
@ApplicationScoped
public class DynamicGroupRecords {
    /** Dynamic groups of one tenancy (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 50;

    private final Identity identity;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public DynamicGroupRecords(Identity identity, Ocid.Mint mint) {
        this.identity = identity;
        this.mint = mint;
    }

    /**
     * A dynamic group as it stands now.
     *
     * @param warnings what its author should know of the rule, where it was given
     */
    public record Written(Versioned<DynamicGroup> group, List<String> warnings) {
        public Written {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Creates a dynamic group, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER with the place in the rule that is wrong, MISSING_PARAMETER,
     *     LIMIT_EXCEEDED, CONFLICT for a name in use, or INVALIDATED_RETRY_TOKEN when what the token created is gone
     */
    public Written create(Caller actor, Wish wish, Supplier<RetryTokens.Attempt> retry) {
        String name = Names.group(wish.name());
        String description = Names.description(wish.description());
        ParsedRule rule = rule(wish.matchingRule());
        DynamicGroup group = new DynamicGroup(
                mint.dynamicGroup(),
                actor.tenancyId(),
                name,
                description,
                rule.text(),
                time.wall().truncatedTo(ChronoUnit.MILLIS),
                Names.freeformTags(wish.freeformTags()),
                Names.definedTags(wish.definedTags()));
        Versioned<DynamicGroup> created = Creation.once(
                identity,
                retry,
                group.id().value(),
                seen -> {
                    List<Versioned<DynamicGroup>> others = seen.dynamicGroups(group.tenancyId());
                    if (others.stream().anyMatch(it -> it.value().name().equalsIgnoreCase(group.name()))) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "A dynamic group named '" + group.name() + "' exists already.");
                    }
                    if (others.size() >= PER_TENANCY) {
                        throw new ProblemException(
                                ProblemCode.LIMIT_EXCEEDED,
                                "A tenancy has at most " + PER_TENANCY + " dynamic groups.");
                    }
                    return write(group, "CREATED", actor);
                },
                (seen, id) -> visible(seen, actor, new DynamicGroupId(id)));
        return new Written(created, warnings(rule));
    }

    /**
     * Changes what the wish names; what it leaves out stays, and so does the name.
     *
     * @param ifMatch the etag of the group as the client saw it, null for any
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH or INVALID_PARAMETER
     */
    public Written update(Caller actor, DynamicGroupId id, Wish wish, @Nullable String ifMatch) {
        Optional<ParsedRule> rule = Optional.ofNullable(wish.matchingRule()).map(DynamicGroupRecords::rule);
        Versioned<DynamicGroup> updated = identity.<Versioned<DynamicGroup>>change(view -> {
                    DynamicGroup seen = changeable(view.identity(), actor, id, ifMatch);
                    DynamicGroup next = new DynamicGroup(
                            id,
                            seen.tenancyId(),
                            seen.name(),
                            wish.description(seen.description()),
                            rule.map(ParsedRule::text).orElse(seen.matchingRule()),
                            seen.timeCreated(),
                            wish.freeformTags(seen.freeformTags()),
                            wish.definedTags(seen.definedTags()));
                    return Optional.of(write(next, "UPDATED", actor));
                })
                .orElseThrow();
        return new Written(updated, rule.map(DynamicGroupRecords::warnings).orElse(List.of()));
    }

    /**
     * @return the state revision from which on it has no members
     * @throws ProblemException as {@link #update}
     */
    public long delete(Caller actor, DynamicGroupId id, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    DynamicGroup seen = changeable(view.identity(), actor, id, ifMatch);
                    return Optional.of(new Identity.Change<>(
                            transaction -> transaction.delete(IdentityLayout.dynamicGroup(id)),
                            List.of(new DynamicGroupChanged(
                                    id, seen.tenancyId(), seen.name(), "DELETED", "", actor.id())),
                            revision -> revision));
                })
                .orElseThrow();
    }

    /** The dynamic groups of the caller's tenancy only: no other is visible. */
    public static Optional<Versioned<DynamicGroup>> visible(
            IdentitySnapshot identity, Caller caller, DynamicGroupId id) {
        return identity.dynamicGroup(id).filter(it -> it.value().tenancyId().equals(caller.tenancyId()));
    }

    private static DynamicGroup changeable(
            IdentitySnapshot identity, Caller actor, DynamicGroupId id, @Nullable String ifMatch) {
        Versioned<DynamicGroup> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        return seen.value();
    }

    private static Identity.Change<Versioned<DynamicGroup>> write(DynamicGroup group, String change, Caller actor) {
        return new Identity.Change<>(
                transaction -> transaction.put(IdentityLayout.dynamicGroup(group.id()), IdentityDocuments.write(group)),
                List.of(new DynamicGroupChanged(
                        group.id(), group.tenancyId(), group.name(), change, group.matchingRule(), actor.id())),
                revision -> new Versioned<>(group, revision));
    }

    private static List<String> warnings(ParsedRule rule) {
        return io.holdfast.iam.decision.DynamicGroups.check(rule).stream()
                .map(Finding::message)
                .toList();
    }

    private static ParsedRule rule(@Nullable String text) {
        if (text == null) {
            throw ProblemException.missing("matchingRule");
        }
        try {
            return PolicyLanguage.parseRule(text);
        } catch (PolicyRefusedException e) {
            throw ProblemException.invalid("matchingRule", e.described());
        }
    }
}
