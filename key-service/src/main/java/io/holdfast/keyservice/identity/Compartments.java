package io.holdfast.keyservice.identity;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.IdentityEvent.CompartmentChanged;
import io.holdfast.events.IdentityEvent.CompartmentCreated;
import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.IdentityWorkRequestId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.CompartmentState;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identities.Work;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creates, changes, moves, deletes and recovers compartments. */
@ApplicationScoped
public class Compartments {
    /** Compartments of one tenancy that are not deleted (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 1_000;
    /** For how long a deleted compartment can be recovered. */
    public static final Duration KEPT = Duration.ofDays(90);
    /** What it takes to see one. */
    public static final List<String> INSPECT = List.of("COMPARTMENT_INSPECT");

    /** Deleted compartments of one tenancy that are kept: the oldest go first. */
    static final int KEPT_PER_TENANCY = 200;
    /** Deleted compartments that one deletion forgets. */
    private static final int FORGOTTEN_AT_ONCE = 20;
    /** Policies that one move or new name rewrites: etcd takes 128 operations at once, and each is two. */
    private static final int MOST_REWRITTEN = 40;
    /** Appended to the name of a deleted one, so that another may have it. */
    private static final int MARK = 8;

    private static final Bytes CLOSED = Bytes.takeOwnershipOf(new byte[0]);

    private final Identity identity;
    private final CompartmentContents contents;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public Compartments(Identity identity, CompartmentContents contents, Ocid.Mint mint) {
        this.identity = identity;
        this.contents = contents;
        this.mint = mint;
    }

    /**
     * The part of a transaction that brings something into a compartment: refused once its deletion has begun, so that
     * "empty" stays true.
     */
    public static Consumer<Transaction.Builder> open(CompartmentId compartment) {
        // The root is never deleted.
        return compartment.isRoot()
                ? transaction -> {}
                : transaction -> transaction.ifAbsent(IdentityLayout.closedCompartment(compartment));
    }

    /** Whether something new may come in. */
    static boolean isOpen(IdentitySnapshot identity, CompartmentId id) {
        return id.isRoot()
                || identity.compartment(id).filter(it -> it.value().isActive()).isPresent();
    }

    /**
     * Creates a compartment, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER, MISSING_PARAMETER, LIMIT_EXCEEDED, RELATED_RESOURCE_NOT_FOUND for an
     *     unknown parent, or CONFLICT for a name in use there, or that is the parent's own
     */
    public Versioned<Compartment> create(
            Caller actor, CompartmentId parent, Wish wish, Supplier<RetryTokens.Attempt> retry) {
        Compartment compartment = new Compartment(
                mint.compartment(),
                actor.tenancyId(),
                parent,
                Names.name(wish.name()),
                Names.description(wish.description()),
                now(),
                Names.freeformTags(wish.freeformTags()),
                Names.definedTags(wish.definedTags()));
        return Creation.once(
                identity,
                retry,
                compartment.id().value(),
                seen -> {
                    requireRoom(seen, compartment);
                    requireName(seen, compartment);
                    requireDistinct(seen, compartment);
                    return new Identity.Change<>(
                            put(compartment),
                            List.of(new CompartmentCreated(compartment.id(), parent, compartment.name(), actor.id())),
                            revision -> new Versioned<>(compartment, revision));
                },
                (seen, id) -> visible(seen, actor, new CompartmentId(id)));
    }

    /**
     * Changes what the wish names; what it leaves out stays. Statements that name it by its old name no longer reach it.
     *
     * @param ifMatch the etag of the compartment as the client saw it, null for any
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER, or CONFLICT for a name in
     *     use, also by the parent or a child, or a compartment that is not ACTIVE
     */
    public Versioned<Compartment> update(Caller actor, CompartmentId id, Wish wish, @Nullable String ifMatch) {
        return identity.<Versioned<Compartment>>change(view -> {
                    Compartment seen = active(view.identity(), actor, id, ifMatch);
                    Compartment next = new Compartment(
                            id,
                            seen.tenancyId(),
                            seen.parentId(),
                            wish.name() == null ? seen.name() : Names.name(wish.name()),
                            wish.description(seen.description()),
                            seen.timeCreated(),
                            seen.state(),
                            seen.work(),
                            wish.freeformTags(seen.freeformTags()),
                            wish.definedTags(seen.definedTags()));
                    requireName(view.identity(), next);
                    // Most updates leave the name: then no statement needs to be read.
                    if (next.name().equals(seen.name())) {
                        return Optional.of(write(next, "UPDATED", actor));
                    }
                    requireDistinct(view.identity(), next);
                    return Optional.of(writeWithPolicies(view.identity(), next, "UPDATED", actor));
                })
                .orElseThrow();
    }

    /**
     * Moves a compartment, with all that is in it, below another of the same tenancy. From then on the policies above its
     * new place reach it, and those above the old one do not.
     *
     * @throws ProblemException as {@link #update}, LIMIT_EXCEEDED when it would be too deep, RELATED_RESOURCE_NOT_FOUND for
     *     an unknown target, or CONFLICT for one that is in the compartment itself
     */
    public Versioned<Compartment> move(
            Caller actor,
            CompartmentId id,
            CompartmentId target,
            @Nullable String ifMatch,
            Supplier<RetryTokens.Attempt> retry) {
        Instant now = now();
        Work work = new Work(mint.identityWorkRequest(), "MOVE_COMPARTMENT", now, now);
        return Creation.once(
                identity,
                retry,
                id.value(),
                seen -> {
                    Compartment compartment = active(seen, actor, id, ifMatch);
                    List<CompartmentId> above = above(seen, compartment.tenancyId(), target);
                    if (above.contains(id)) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "A compartment can't be moved into itself or what is below it.");
                    }
                    if (above.size() - 1 + levels(seen, id) > CompartmentTree.MAX_DEPTH) {
                        throw tooDeep();
                    }
                    Compartment next = compartment.below(target, work);
                    requireName(seen, next);
                    requireDistinct(seen, next);
                    return writeWithPolicies(seen, next, "MOVED", actor);
                },
                (seen, moved) -> visible(seen, actor, new CompartmentId(moved)));
    }

    /**
     * Deletes a compartment if and only if nothing is in it. First it is closed, and only then is looked for what is in it:
     * what came in before is seen, and nothing comes in afterwards. A deletion that did not end, as the service did, is
     * ended by the next; so is one of which it is not known whether it did. One that is refused or fails opens it again.
     *
     * @return the deleted compartment with the work that deleted it; its revision is the state revision of the change
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, or CONFLICT when something is in it, or another
     *     deletion opened it again meanwhile
     */
    public Versioned<Compartment> delete(Caller actor, CompartmentId id, @Nullable String ifMatch) {
        IdentityWorkRequestId work = identity.<IdentityWorkRequestId>change(
                        view -> close(view.identity(), actor, id, ifMatch))
                .or(() -> begun(identity.current().identity(), actor, id))
                .orElseThrow(Compartments::overtaken);
        try {
            Optional<String> found = contents.in(id);
            if (found.isPresent()) {
                throw notEmpty(found.get());
            }
            return identity.<Versioned<Compartment>>change(view -> ended(view.identity(), actor, id, work))
                    .or(() -> visible(identity.current().identity(), actor, id)
                            .filter(it -> it.value().isDeleted() && isBy(work, it.value())))
                    .orElseThrow(Compartments::overtaken);
        } catch (OutcomeUnknown mayBeDeleted) {
            throw mayBeDeleted;
        } catch (RuntimeException e) {
            reopen(actor, id, work);
            throw e;
        }
    }

    /** The deletion under way, if there is one. Who looks into the compartment after this looks after it was closed. */
    private static Optional<IdentityWorkRequestId> begun(IdentitySnapshot identity, Caller actor, CompartmentId id) {
        return visible(identity, actor, id)
                .map(Versioned::value)
                .filter(it -> it.state() == CompartmentState.DELETING)
                .flatMap(it -> Optional.ofNullable(it.work()))
                .map(Work::id);
    }

    private static boolean isBy(IdentityWorkRequestId work, Compartment compartment) {
        Work last = compartment.work();
        return last != null && last.id().equals(work);
    }

    private static ProblemException overtaken() {
        return new ProblemException(
                ProblemCode.CONFLICT, "Another deletion of the compartment ended meanwhile; look whether it is there.");
    }

    private Optional<Identity.Change<IdentityWorkRequestId>> close(
            IdentitySnapshot identity, Caller actor, CompartmentId id, @Nullable String ifMatch) {
        Versioned<Compartment> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        Compartment compartment = seen.value();
        return switch (compartment.state()) {
            case DELETING -> Optional.empty();
            case DELETED -> throw new ProblemException(ProblemCode.CONFLICT, "The compartment is deleted.");
            case ACTIVE -> {
                requireEmpty(identity, id);
                Work work = new Work(mint.identityWorkRequest(), "DELETE_COMPARTMENT", now(), null);
                Compartment closed = compartment.in(CompartmentState.DELETING, compartment.name(), work);
                yield Optional.of(new Identity.Change<>(
                        put(closed).andThen(it -> it.put(IdentityLayout.closedCompartment(id), CLOSED)),
                        List.of(),
                        revision -> work.id()));
            }
        };
    }

    private void reopen(Caller actor, CompartmentId id, IdentityWorkRequestId work) {
        identity.undo(view -> visible(view.identity(), actor, id)
                .map(Versioned::value)
                .filter(it -> it.state() == CompartmentState.DELETING && isBy(work, it))
                .map(it -> new Identity.Change<>(
                        put(it.in(CompartmentState.ACTIVE, it.name(), null))
                                .andThen(transaction -> transaction.delete(IdentityLayout.closedCompartment(id))),
                        List.of(),
                        revision -> true)));
    }

    /**
     * Policies and children were looked for in the same state of identity as the compartment was closed in. Only the work
     * that closed it is ended: once it was opened again, what was looked for before may have come in.
     */
    private Optional<Identity.Change<Versioned<Compartment>>> ended(
            IdentitySnapshot identity, Caller actor, CompartmentId id, IdentityWorkRequestId closedBy) {
        Compartment seen = visible(identity, actor, id)
                .orElseThrow(ProblemException::notFound)
                .value();
        Work begun = seen.work();
        if (seen.state() != CompartmentState.DELETING
                || begun == null
                || !begun.id().equals(closedBy)) {
            return Optional.empty();
        }
        Work work = new Work(begun.id(), begun.operation(), begun.timeAccepted(), now());
        Compartment deleted = seen.in(CompartmentState.DELETED, markedName(seen), work);
        Identity.Change<Versioned<Compartment>> change = write(deleted, "DELETED", actor);
        return Optional.of(change.and(forget(identity, deleted)));
    }

    /** @throws ProblemException CONFLICT when a policy is attached to it, or a compartment is below it */
    private static void requireEmpty(IdentitySnapshot identity, CompartmentId id) {
        if (identity.policies().stream()
                .anyMatch(it -> it.value().compartmentId().equals(id))) {
            throw notEmpty("a policy");
        }
        if (identity.compartments().stream()
                .map(Versioned::value)
                .anyMatch(it -> it.parentId().equals(id) && !it.isDeleted())) {
            throw notEmpty("a compartment");
        }
    }

    private static ProblemException notEmpty(String what) {
        return new ProblemException(
                ProblemCode.CONFLICT, "The compartment is not empty: there is " + what + " in it, and maybe more.");
    }

    private static String markedName(Compartment compartment) {
        String unique = compartment.id().unique();
        String mark = "." + unique.substring(Math.max(0, unique.length() - MARK));
        String name = compartment.name();
        return name.substring(0, Math.min(name.length(), Names.MAX_NAME - mark.length())) + mark;
    }

    private Consumer<Transaction.Builder> forget(IdentitySnapshot identity, Compartment deleted) {
        List<Compartment> kept = identity.compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.isDeleted() && it.tenancyId().equals(deleted.tenancyId()))
                .sorted(Comparator.comparing(Compartments::deletedAt))
                .toList();
        Instant old = now().minus(KEPT);
        int beyond = kept.size() + 1 - KEPT_PER_TENANCY;
        List<Compartment> gone = new ArrayList<>();
        for (int i = 0; i < kept.size() && gone.size() < FORGOTTEN_AT_ONCE; i++) {
            if (i < beyond || deletedAt(kept.get(i)).isBefore(old)) {
                gone.add(kept.get(i));
            }
        }
        return transaction -> gone.forEach(it -> transaction
                .delete(IdentityLayout.compartment(it.id()))
                .delete(IdentityLayout.closedCompartment(it.id())));
    }

    private static Instant deletedAt(Compartment compartment) {
        Work work = compartment.work();
        return work == null || work.timeFinished() == null ? compartment.timeCreated() : work.timeFinished();
    }

    /**
     * Makes a deleted compartment ACTIVE again, empty, below the same parent. It keeps the name that its deletion gave it.
     *
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, LIMIT_EXCEEDED, or CONFLICT for one that is not
     *     deleted, or whose parent is, or whose name is in use
     */
    public Versioned<Compartment> recover(Caller actor, CompartmentId id, @Nullable String ifMatch) {
        return identity.<Versioned<Compartment>>change(view -> {
                    Versioned<Compartment> seen =
                            visible(view.identity(), actor, id).orElseThrow(ProblemException::notFound);
                    Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
                    if (!seen.value().isDeleted()) {
                        throw new ProblemException(ProblemCode.CONFLICT, "The compartment is not deleted.");
                    }
                    if (!isOpen(view.identity(), seen.value().parentId())) {
                        throw new ProblemException(ProblemCode.CONFLICT, "The compartment's parent is not active.");
                    }
                    requireRoom(view.identity(), seen.value());
                    requireName(view.identity(), seen.value());
                    requireDistinct(view.identity(), seen.value());
                    Compartment next = seen.value()
                            .in(CompartmentState.ACTIVE, seen.value().name(), null);
                    return Optional.of(
                            write(next, "UPDATED", actor).and(it -> it.delete(IdentityLayout.closedCompartment(id))));
                })
                .orElseThrow();
    }

    /** The compartments of the caller's tenancy only, the root aside: no other can be changed. */
    public static Optional<Versioned<Compartment>> visible(IdentitySnapshot identity, Caller caller, CompartmentId id) {
        return identity.compartment(id).filter(it -> it.value().tenancyId().equals(caller.tenancyId()));
    }

    /** Those of the caller's tenancy that he may inspect, and those above one of them. */
    public static Set<CompartmentId> accessible(Identity.View view, Caller caller) {
        Map<CompartmentId, Compartment> all = view.identity().compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(caller.tenancyId()))
                .collect(Collectors.toMap(Compartment::id, Function.identity()));
        Set<CompartmentId> accessible = new HashSet<>();
        for (Compartment each : all.values()) {
            CompartmentId standing = standing(view.identity(), each);
            if (LocalAuthorizer.decide(view, caller, "ListCompartments", INSPECT, standing, Map.of())
                    .allowed()) {
                @Nullable Compartment it = each;
                while (it != null && accessible.add(it.id())) {
                    it = all.get(it.parentId());
                }
            }
        }
        return accessible;
    }

    /** Where the right to something about the compartment is asked: itself, or the next above it that is not deleted. */
    public static CompartmentId standing(IdentitySnapshot identity, Compartment compartment) {
        CompartmentId at = compartment.id();
        Optional<Compartment> seen = Optional.of(compartment);
        for (int depth = 0; depth <= CompartmentTree.MAX_DEPTH && seen.isPresent(); depth++) {
            if (!seen.get().isDeleted()) {
                return at;
            }
            at = seen.get().parentId();
            seen = identity.compartment(at).map(Versioned::value);
        }
        return at;
    }

    /** The lowest compartment that both are below of, or the root. */
    public static CompartmentId above(
            IdentitySnapshot identity, TenancyId tenancy, CompartmentId one, CompartmentId other) {
        List<CompartmentId> aboveOne = above(identity, tenancy, one);
        return above(identity, tenancy, other).stream()
                .filter(aboveOne::contains)
                .findFirst()
                .orElseGet(tenancy::rootCompartment);
    }

    private static Compartment active(
            IdentitySnapshot identity, Caller actor, CompartmentId id, @Nullable String ifMatch) {
        Versioned<Compartment> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        if (!seen.value().isActive()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT, "The compartment is " + seen.value().state() + "; it must be ACTIVE.");
        }
        return seen.value();
    }

    /**
     * With the policies whose statements reach it, or what is below it, by a path.
     *
     * @throws ProblemException LIMIT_EXCEEDED when that are too many for one transaction
     */
    private static Identity.Change<Versioned<Compartment>> writeWithPolicies(
            IdentitySnapshot seen, Compartment next, String change, Caller actor) {
        Identity.Change<Versioned<Compartment>> alone = write(next, change, actor);
        List<StoredPolicy> rewritten = Policies.relocated(seen, next);
        if (rewritten.size() > MOST_REWRITTEN) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "The statements of " + rewritten.size()
                            + " policies name the compartment, or what is below it, by a"
                            + " path, and at most " + MOST_REWRITTEN + " policies can be rewritten at once. Let some"
                            + " name it by its OCID.");
        }
        List<DomainEvent> events = new ArrayList<>(alone.events());
        Consumer<Transaction.Builder> writes = alone.writes();
        for (StoredPolicy policy : rewritten) {
            events.add(Policies.changed(policy, "UPDATED", actor.id()));
            writes = writes.andThen(Policies.put(policy));
        }
        return new Identity.Change<>(writes, events, alone.result());
    }

    private static Identity.Change<Versioned<Compartment>> write(Compartment compartment, String change, Caller actor) {
        return new Identity.Change<>(
                put(compartment),
                List.of(new CompartmentChanged(
                        compartment.id(), compartment.parentId(), compartment.name(), change, actor.id())),
                revision -> new Versioned<>(compartment, revision));
    }

    private static Consumer<Transaction.Builder> put(Compartment compartment) {
        return transaction ->
                transaction.put(IdentityLayout.compartment(compartment.id()), IdentityDocuments.write(compartment));
    }

    /** From the place itself to the root. */
    private static List<CompartmentId> above(IdentitySnapshot identity, TenancyId tenancy, CompartmentId place) {
        List<CompartmentId> above = identity.policySet(tenancy)
                .orElseThrow(ProblemException::notFound)
                .compartments()
                .upwards(place);
        if (above.isEmpty() || !isOpen(identity, place)) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
        return above;
    }

    /** Levels of the tree that begins with the compartment; 1 for one without children. */
    private static int levels(IdentitySnapshot identity, CompartmentId id) {
        int levels = 0;
        Set<CompartmentId> level = Set.of(id);
        // What is deleted below goes along, and may be recovered there.
        while (!level.isEmpty() && levels <= CompartmentTree.MAX_DEPTH) {
            levels++;
            Set<CompartmentId> parents = level;
            level = identity.compartments().stream()
                    .map(Versioned::value)
                    .filter(it -> parents.contains(it.parentId()))
                    .map(Compartment::id)
                    .collect(Collectors.toSet());
        }
        return levels;
    }

    private static void requireRoom(IdentitySnapshot identity, Compartment compartment) {
        List<CompartmentId> above = above(identity, compartment.tenancyId(), compartment.parentId());
        if (above.size() > CompartmentTree.MAX_DEPTH) {
            throw tooDeep();
        }
        long others = identity.compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(compartment.tenancyId()) && !it.isDeleted())
                .count();
        if (others >= PER_TENANCY) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED, "A tenancy has at most " + PER_TENANCY + " compartments.");
        }
    }

    private static ProblemException tooDeep() {
        return new ProblemException(
                ProblemCode.LIMIT_EXCEEDED, "Compartments are at most " + CompartmentTree.MAX_DEPTH + " levels deep.");
    }

    private static void requireName(IdentitySnapshot identity, Compartment compartment) {
        if (identity.compartments().stream()
                .map(Versioned::value)
                .anyMatch(it -> it.parentId().equals(compartment.parentId())
                        && !it.id().equals(compartment.id())
                        && isSameName(it, compartment))) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "A compartment named '" + compartment.name() + "' exists already in its parent.");
        }
    }

    /**
     * In a policy attached to a compartment its own name alone means that compartment. A child of that name could not be
     * meant there, and a statement that was written for one of the two would cover the other. The tenancy is never meant
     * by its name: what is right below it may have it.
     */
    private static void requireDistinct(IdentitySnapshot identity, Compartment compartment) {
        if (identity.compartment(compartment.parentId())
                .filter(it -> isSameName(it.value(), compartment))
                .isPresent()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "A compartment can't have the name of its parent, '" + compartment.name()
                            + "': statements of policies attached to the parent mean the parent by it.");
        }
        if (identity.compartments().stream()
                .map(Versioned::value)
                .anyMatch(it ->
                        it.parentId().equals(compartment.id()) && !it.isDeleted() && isSameName(it, compartment))) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "A compartment can't have the name of one that is right below it, '" + compartment.name()
                            + "': statements of policies attached to it mean the one below by it.");
        }
    }

    private static boolean isSameName(Compartment one, Compartment other) {
        return one.name().equalsIgnoreCase(other.name());
    }

    private Instant now() {
        return time.wall().truncatedTo(ChronoUnit.MILLIS);
    }
}
