package io.holdfast.keyservice.reseal;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.keyservice.store.SealedStore.Resealed;
import io.holdfast.keyservice.store.SealedStore.Sealed;
import io.holdfast.keyservice.store.SealedStore.SealedPage;
import io.holdfast.keyservice.vault.RootKeyRecords;
import io.holdfast.keyservice.vault.RootKeyRecords.Recorded;
import io.holdfast.keyservice.vault.RootKeyReplicas;
import io.holdfast.keyservice.vault.RootKeyReplicas.Replica;
import io.holdfast.keyservice.vault.RootKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/**
 * Seals anew, under the sealing key of this replica, what is sealed under another root key: by compare-and-swap and a page at a
 * time, so that any number of replicas may do it, stop in the middle and begin anew.
 *
 * <p>It begins when every replica that is seen seals under the same root key; else two would seal to and fro. When it has
 * looked through everything and found nothing under an older root key, it ends that key's record, if and only if nothing was
 * sealed under it since before the look. That is safe beside a replica that seals under the older key all the same: what it
 * seals brings the record back in the same transaction, see {@link RootKeys}.
 *
 * <p>For one thread.
 */
final class Resealing {
    private static final Logger LOG = Logger.getLogger(Resealing.class);
    /** Looks through everything, in one call: one that seals anew, one that finds nothing, one for a lost race. */
    private static final int PASSES = 3;

    private final RootKeys keys;
    private final RootKeyRecords records;
    private final RootKeyReplicas replicas;
    private final SealedStore store;
    private final LongConsumer resealedCounter;
    private final Set<RootKeyId> begun = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    private long resealed;
    private Optional<Replica> waitsFor = Optional.empty();
    private Set<String> damagedTold = Set.of();

    /** @param resealedCounter is told how many things were sealed anew, after each page */
    Resealing(
            RootKeys keys,
            RootKeyRecords records,
            RootKeyReplicas replicas,
            SealedStore store,
            LongConsumer resealedCounter) {
        this.keys = keys;
        this.records = records;
        this.replicas = replicas;
        this.store = store;
        this.resealedCounter = resealedCounter;
    }

    /**
     * What is left under older root keys.
     *
     * @param things those that nobody can read count too
     * @param rootKeys how many older root keys are on record; 0 is the proof that nothing is sealed under any
     */
    record Left(long things, int rootKeys) {
        static final Left NOTHING = new Left(0, 0);
    }

    /** Looks whether anything is sealed under an older root key, and seals it anew if the other replicas agree. */
    Left run() {
        replicas.show(keys);
        Left left = Left.NOTHING;
        for (int pass = 0; pass < PASSES; pass++) {
            // Read before everything is looked through: what is sealed under it from now on moves the record.
            Map<RootKeyId, Recorded> older = older();
            if (older.isEmpty()) {
                tellEnd();
                return Left.NOTHING;
            }
            boolean agreed = agreed();
            Pass seen = new Pass(older.keySet(), agreed);
            if (agreed) {
                tellBegin(older.keySet());
            }
            store.forEachPage(seen::page);
            left = new Left(seen.left(), older.size());
            if (!agreed) {
                return left;
            }
            tellDamaged(seen.damaged);
            if (seen.changed == 0) {
                seen.end(older);
                if (left.things() > 0) {
                    return left;
                }
            }
        }
        return left;
    }

    /** What is on record beside the sealing key: only under these may something older be sealed. */
    private Map<RootKeyId, Recorded> older() {
        Map<RootKeyId, Recorded> older = new HashMap<>(records.all());
        older.remove(keys.sealingId());
        return older;
    }

    private boolean agreed() {
        Optional<Replica> other = replicas.others().stream()
                .filter(replica -> !replica.seals().equals(keys.sealingId()))
                .findFirst();
        if (other.isPresent() && !other.equals(waitsFor)) {
            LOG.infov(
                    "Sealing anew waits until every replica seals under the same root key. this={0} other={1} replica={2}",
                    keys.sealingId(), other.get().seals(), other.get().name());
        }
        waitsFor = other;
        return other.isEmpty();
    }

    private void tellBegin(Set<RootKeyId> older) {
        if (begun.addAll(older)) {
            LOG.infov(
                    "Sealing anew what is sealed under older root keys. older={0} under={1}", begun, keys.sealingId());
        }
    }

    private void tellEnd() {
        if (!begun.isEmpty()) {
            LOG.infov(
                    "Nothing is sealed under older root keys any more: once every replica says so they may be taken out of"
                            + " holdfast.keys.other-root-keys. older={0} under={1} sealedAnewHere={2}",
                    begun, keys.sealingId(), resealed);
            begun.clear();
            resealed = 0;
        }
    }

    /** Told once, and again when others are damaged. */
    private void tellDamaged(Set<String> damaged) {
        if (!damaged.equals(damagedTold)) {
            damagedTold = Set.copyOf(damaged);
            if (!damaged.isEmpty()) {
                LOG.errorv(
                        "What does not open cannot be sealed anew, and keeps the older root keys on record. Restore it from"
                                + " a backup or delete its key. count={0} first={1}",
                        damaged.size(), damaged.stream().sorted().limit(10).toList());
            }
        }
    }

    /** One look through everything. */
    private final class Pass {
        private final Set<RootKeyId> older;
        private final boolean reseals;
        /** Etcd keys of what can't be read; bounded by what is stored. */
        private final Set<String> damaged = new HashSet<>();

        private final Map<RootKeyId, Long> left = new HashMap<>();
        private long unreadable;
        private long changed;

        Pass(Set<RootKeyId> older, boolean reseals) {
            this.older = older;
            this.reseals = reseals;
        }

        void page(SealedPage page) {
            damaged.addAll(page.unreadable());
            unreadable += page.unreadable().size();
            List<Resealed> fresh = new ArrayList<>();
            for (Sealed thing : page.things()) {
                RootKeyId.namedIn(thing.sealed()).filter(older::contains).ifPresent(id -> {
                    left.merge(id, 1L, Long::sum);
                    if (reseals) {
                        reseal(thing).ifPresent(fresh::add);
                    }
                });
            }
            if (!fresh.isEmpty()) {
                put(fresh);
            }
        }

        private Optional<Resealed> reseal(Sealed thing) {
            try {
                return Optional.of(new Resealed(thing, keys.reseal(thing.name(), thing.sealed())));
            } catch (EnvelopeDamaged e) {
                damaged.add(thing.at());
                return Optional.empty();
            }
        }

        private void put(List<Resealed> fresh) {
            if (store.replace(fresh, keys.recordUse())) {
                fresh.forEach(this::isPut);
            } else if (fresh.size() > 1) {
                // One of them was changed, deleted or sealed anew by another replica: the rest must not wait for it.
                fresh.forEach(each -> put(List.of(each)));
            } else {
                // The next look shows what became of it.
                changed++;
            }
        }

        private void isPut(Resealed each) {
            changed++;
            resealed++;
            resealedCounter.accept(1);
            RootKeyId.namedIn(each.thing().sealed()).ifPresent(id -> left.merge(id, -1L, Long::sum));
        }

        long left() {
            return unreadable
                    + left.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Of what nobody can read, nobody knows the root key: then every record stays. */
        void end(Map<RootKeyId, Recorded> seen) {
            if (unreadable > 0) {
                return;
            }
            seen.forEach((id, recorded) -> {
                if (left.getOrDefault(id, 0L) == 0 && records.end(id, recorded)) {
                    LOG.infov("Nothing is sealed under a root key any more; its record is ended. older={0}", id);
                }
            });
        }
    }
}
