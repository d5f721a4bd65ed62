package io.holdfast.keyservice.identity;

import io.holdfast.events.DomainEvent;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.SharedRead;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.config.Place;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.RevisionCompacted;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Identity as it is now, and the one way to change it.
 *
 * <p>Every question reads etcd linearizably (many share one read) for two small keys: the state revision and the identity
 * revision. Only when the latter moved is everything read again. Every change compares the identity revision, so what was
 * checked against a snapshot (names, limits, who may) still holds when it commits.
 */
@ApplicationScoped
public class Identity {
    private static final Logger LOG = Logger.getLogger(Identity.class);
    /** Records beyond which none is created, revocations aside. Some more are read: an earlier limit may have been higher. */
    static final int MOST_RECORDS = 45_000;
    /** Records read at most, revocations aside. With more there is no answer at all. */
    private static final int MAX_RECORDS = 50_000;
    /** Revocations read at most: more than {@link TokenRevocations} ever keeps. With more of them no token holds. */
    private static final int MAX_REVOCATIONS = 2 * TokenRevocations.ONE_BY_ONE;

    private static final int ATTEMPTS = 8;
    /** No state revision. */
    private static final long NEVER = -1;

    private static final Bytes CHANGED = Bytes.copyOf("changed".getBytes(StandardCharsets.UTF_8));

    private final KeyValueStore store;
    private final StateRevision state;
    private final Outbox outbox;
    private final DynamicGroups dynamicGroups;
    private final SharedRead<View> shared = new SharedRead<>(this::read);
    /** Written only inside the shared read, of which one runs at a time. */
    private volatile View last;

    private final TimeSource time = TimeSource.system();

    @Inject
    public Identity(
            KeyValueStore store,
            StateRevision state,
            Outbox outbox,
            DynamicGroups dynamicGroups,
            IdentityConfig config,
            Place place) {
        this(
                store,
                state,
                outbox,
                dynamicGroups,
                new PolicyContext(Map.of(), config.denyStatements(), regionKey(place.region())));
    }

    /** What policies know as {@code request.region}: IAD of iad. Where OCIDs have a region's long name, it is not known. */
    private static Optional<String> regionKey(String region) {
        return region.matches("[A-Za-z]{3}") ? Optional.of(region.toUpperCase(Locale.ROOT)) : Optional.empty();
    }

    /** @param context what policies are read against, but for the tenancies */
    Identity(
            KeyValueStore store,
            StateRevision state,
            Outbox outbox,
            DynamicGroups dynamicGroups,
            PolicyContext context) {
        this.store = store;
        this.state = state;
        this.outbox = outbox;
        this.dynamicGroups = dynamicGroups;
        this.last = new View(IdentitySnapshot.empty(context), NEVER);
    }

    /**
     * Identity, not older than the question.
     *
     * @param stateRevision of a moment not after the snapshot's: an answer made from this view may carry it
     */
    public record View(IdentitySnapshot identity, long stateRevision) {}

    /**
     * What a change writes.
     *
     * @param writes beside the revisions, which are written anyway
     * @param result made from the revision at which it was committed
     */
    public record Change<T>(Consumer<Transaction.Builder> writes, List<DomainEvent> events, LongFunction<T> result) {
        /** The same change with a further part of its transaction. */
        public Change<T> and(Consumer<Transaction.Builder> part) {
            return new Change<>(writes.andThen(part), events, result);
        }
    }

    /** @throws StoreUnavailable when etcd does not answer */
    public View current() {
        return shared.get();
    }

    /**
     * Identity as this replica holds it, mostly without a read. It may allow; what it refuses is to be asked of
     * {@link #current}.
     *
     * @see StateRevision#held
     */
    public View held() {
        View now = last;
        // Every change of identity raises the state revision: while that is not newer, identity has not changed.
        return now.stateRevision() >= state.held() ? now : current();
    }

    /** An API key of a user who is active now. */
    public Optional<SigningKeys.Owned> find(KeyReference reference) {
        Optional<SigningKeys.Owned> found =
                held().identity().find(reference).or(() -> current().identity().find(reference));
        found.ifPresent(it -> authenticated(seen -> seen.find(reference).isPresent()));
        return found;
    }

    /** The active user whom an identity provider names so. */
    public Optional<User> find(ExternalIdentity external) {
        Optional<User> found =
                held().identity().find(external).or(() -> current().identity().find(external));
        found.map(User::id)
                .ifPresent(user -> authenticated(seen ->
                        seen.find(external).filter(it -> it.id().equals(user)).isPresent()));
        return found;
    }

    private static void authenticated(Predicate<IdentitySnapshot> credential) {
        Permits.ofRequest().ifPresent(it -> it.authenticatedBy(credential));
    }

    /**
     * Decides a change and commits it with its events, atomically, if and only if identity has not changed meanwhile; a
     * lost race decides again. What the running request was allowed is asked again each time, so that the commit compares
     * the right to make the change as well.
     *
     * @param decide throws to refuse; empty when there is nothing to change
     * @return empty when there was nothing to change
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND or NOT_AUTHENTICATED when the request's right is gone meanwhile
     */
    public <T> Optional<T> change(Function<View, Optional<Change<T>>> decide) {
        Optional<Permits> permits = Permits.ofRequest();
        return commit(view -> {
            permits.ifPresent(it -> it.requireIn(view));
            return decide.apply(view);
        });
    }

    /**
     * The running request's right to a change that is not one of identity. Each time it is asked it asks again for all that
     * the request was allowed, as {@link #change} does; what it answers lets a transaction commit only while identity is as
     * it was found.
     */
    public Supplier<Consumer<Transaction.Builder>> rightOfRequest() {
        Optional<Permits> permits = Permits.ofRequest();
        return () -> {
            View view = current();
            permits.ifPresent(it -> it.requireIn(view));
            return transaction -> unchanged(transaction, view);
        };
    }

    private static void unchanged(Transaction.Builder transaction, View view) {
        long seen = view.identity().revision();
        if (seen == 0) {
            transaction.ifAbsent(IdentityLayout.REVISION);
        } else {
            transaction.ifModRevision(IdentityLayout.REVISION, seen);
        }
    }

    /** As {@link #change}, to undo a step of an operation that failed. It must not depend on a right, which may be gone. */
    <T> Optional<T> undo(Function<View, Optional<Change<T>>> decide) {
        return commit(decide);
    }

    private <T> Optional<T> commit(Function<View, Optional<Change<T>>> decide) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            View view = current();
            Optional<Change<T>> decided = decide.apply(view);
            if (decided.isEmpty()) {
                return Optional.empty();
            }
            Change<T> change = decided.get();
            TransactionResult result = store.commit(Transaction.builder()
                    .with(transaction -> unchanged(transaction, view))
                    .put(IdentityLayout.REVISION, CHANGED)
                    .with(change.writes())
                    .with(state.raise())
                    .with(outbox.stage(change.events().toArray(DomainEvent[]::new)))
                    .build());
            if (result.committed()) {
                return Optional.of(change.result().apply(result.revision()));
            }
        }
        throw new ProblemException(
                ProblemCode.TOO_MANY_REQUESTS, "Too many changes of identity at the same time; try again later.");
    }

    private View read() {
        TransactionResult result = store.commit(Transaction.builder()
                .read(StateRevision.KEY)
                .read(IdentityLayout.REVISION)
                .build());
        long stateRevision = revision(result, StateRevision.KEY);
        long identityRevision = revision(result, IdentityLayout.REVISION);
        IdentitySnapshot snapshot = last.identity();
        if (snapshot.revision() != identityRevision) {
            snapshot = load();
        }
        View view = new View(snapshot, stateRevision);
        last = view;
        return view;
    }

    private IdentitySnapshot load() {
        try {
            Page revision = store.scan(Scan.of(IdentityLayout.REVISION, 1));
            List<StoredValue> records = new ArrayList<>(revision.values());
            for (String kind : IdentityLayout.RECORDS) {
                if (!add(records, kind, revision.revision(), MAX_RECORDS)) {
                    throw new StoreUnavailable("identity has more than " + MAX_RECORDS + " records", null);
                }
            }
            List<StoredValue> revocations = new ArrayList<>();
            boolean all = true;
            for (String kind : IdentityLayout.REVOCATIONS) {
                all &= add(revocations, kind, revision.revision(), MAX_REVOCATIONS);
            }
            if (!all) {
                LOG.errorv("There are more than {0} revocations: no kubectl token holds", MAX_REVOCATIONS);
            }
            return new IdentitySnapshot(
                    records,
                    revocations,
                    all,
                    time.wall(),
                    dynamicGroups,
                    last.identity().installations());
        } catch (RevisionCompacted e) {
            throw new StoreUnavailable("identity was compacted away while it was read", e);
        }
    }

    /** Adds what stands under a prefix. @return false when there is more than may be read */
    private boolean add(List<StoredValue> values, String prefix, long revision, int most) throws RevisionCompacted {
        Scan scan = Scan.of(prefix, Scan.MAX_LIMIT).at(revision);
        Page page = store.scan(scan);
        values.addAll(page.values());
        while (page.more() && values.size() < most) {
            page = store.scan(scan.after(values.getLast().key()));
            values.addAll(page.values());
        }
        return !page.more();
    }

    private static long revision(TransactionResult result, String key) {
        return result.read(key).map(StoredValue::modRevision).orElse(0L);
    }
}
