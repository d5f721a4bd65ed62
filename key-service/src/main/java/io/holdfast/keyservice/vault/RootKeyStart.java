package io.holdfast.keyservice.vault;

import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.keyservice.vault.RootKeyRecords.Recorded;
import io.holdfast.keyservice.vault.RootKeyReplicas.Replica;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Whether this process may start with the root keys that it was given. Refused, with nothing sealed and nothing recorded, when
 *
 * <ul>
 *   <li>none of them is on record in this etcd,
 *   <li>something is sealed under a root key that is not among them,
 *   <li>a replica that runs seals under a root key that is not among them, or lacks the one that seals here.
 * </ul>
 *
 * <p>The first start of all records its sealing key; a later one records its own when another of its keys is on record.
 */
final class RootKeyStart {
    private static final Logger LOG = Logger.getLogger(RootKeyStart.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String NOTHING_CHANGED = " Nothing was changed.";

    private final RootKeyRecords records;
    private final RootKeyReplicas replicas;
    private final SealedStore sealed;

    RootKeyStart(RootKeyRecords records, RootKeyReplicas replicas, SealedStore sealed) {
        this.records = records;
        this.replicas = replicas;
        this.sealed = sealed;
    }

    /**
     * Looks at all of this, and records the sealing key. Waits for other replicas, see {@link RootKeyReplicas#LEASE}, only
     * when one that is seen does not get on with these keys: it may have been killed.
     *
     * @throws RootKeyRefused with what is wrong and what to do
     */
    void begin(RootKeys keys) {
        Map<RootKeyId, Recorded> recorded = records.all();
        if (recorded.isEmpty()) {
            requireNothingSealed();
        } else {
            requireKnown(keys, recorded);
            requireEverythingOpens(keys, recorded);
        }
        boolean begun = false;
        try {
            // Shown before the others are looked at: of two that start at once, at least one sees the other.
            replicas.show(keys);
            requireOthersGetOn(keys);
            records.recordFirst(keys);
            begun = true;
        } finally {
            if (!begun) {
                replicas.close();
            }
        }
        LOG.infov("Root keys are ready. seals={0} opens={1}", keys.sealingId(), keys.ids());
    }

    private void requireNothingSealed() {
        // Looked at again, since another replica's first start may have come between.
        if (!sealed.isEmpty() && records.all().isEmpty()) {
            throw new RootKeyRefused(
                    "etcd holds key material, but no record of the root key that it is sealed under (under"
                            + " /holdfast/keys/root-keys/): it is damaged, incomplete or of another version of Holdfast."
                            + " Restore it from a backup, or name another etcd in holdfast.etcd.endpoints."
                            + NOTHING_CHANGED,
                    null);
        }
    }

    private static void requireKnown(RootKeys keys, Map<RootKeyId, Recorded> recorded) {
        for (Map.Entry<RootKeyId, Recorded> each : recorded.entrySet()) {
            if (keys.ids().contains(each.getKey())
                    && !keys.opens(each.getKey(), each.getValue().checkValue())) {
                throw new RootKeyRefused(
                        "The key-check value of root key " + each.getKey() + " in etcd (under"
                                + " /holdfast/keys/root-keys/) does not open under that key: it is damaged. Restore"
                                + " etcd from a backup." + NOTHING_CHANGED,
                        null);
            }
        }
        if (recorded.keySet().stream().noneMatch(keys.ids()::contains)) {
            throw new RootKeyRefused(
                    "The root key is not the one that this etcd's keys are sealed under: etcd has " + recorded.keySet()
                            + " on record, and holdfast.keys.root-key gives " + keys.sealingId()
                            + others(keys) + ". Give the right one as holdfast.keys.root-key; to change to a new root"
                            + " key, give the one on record in holdfast.keys.other-root-keys as well."
                            + NOTHING_CHANGED,
                    null);
        }
    }

    private static String others(RootKeys keys) {
        Set<RootKeyId> others = new LinkedHashSet<>(keys.ids());
        others.remove(keys.sealingId());
        return others.isEmpty() ? "" : " (holdfast.keys.other-root-keys: " + others + ")";
    }

    private void requireEverythingOpens(RootKeys keys, Map<RootKeyId, Recorded> recorded) {
        Set<RootKeyId> missing = new LinkedHashSet<>(recorded.keySet());
        missing.removeAll(keys.ids());
        if (missing.isEmpty()) {
            return;
        }
        // A record outlives its last use until a replica has looked through everything. So look.
        AtomicLong under = new AtomicLong();
        sealed.forEachPage(page -> page.things().stream()
                .filter(thing -> RootKeyId.namedIn(thing.sealed())
                        .filter(missing::contains)
                        .isPresent())
                .forEach(thing -> under.incrementAndGet()));
        if (under.get() > 0) {
            throw new RootKeyRefused(
                    "Things are still sealed under a root key that was not given: " + under.get() + " under " + missing
                            + ", while holdfast.keys.root-key gives " + keys.sealingId() + others(keys)
                            + ". Give that root key in holdfast.keys.other-root-keys until every replica's metric"
                            + " holdfast_keys_older_root_keys is 0." + NOTHING_CHANGED,
                    null);
        }
    }

    private void requireOthersGetOn(RootKeys keys) {
        long begin = System.nanoTime();
        // Its key may outlast a killed replica by the lease, and etcd revokes leases a little late.
        long bound = replicas.timeToLive().multipliedBy(3).dividedBy(2).toNanos();
        Optional<Replica> odd = odd(keys);
        if (odd.isPresent()) {
            LOG.warnv(
                    "A replica that is seen has not the root keys to work beside this one; waiting for it to go."
                            + " replica={0} seals={1} opens={2}",
                    odd.get().name(), odd.get().seals(), odd.get().opens());
        }
        while (odd.isPresent()) {
            if (System.nanoTime() - begin > bound) {
                throw new RootKeyRefused(
                        "Another replica of key-service runs with root keys that don't go with these: it seals under "
                                + odd.get().seals() + " and opens "
                                + sorted(odd.get().opens())
                                + "; this one seals under " + keys.sealingId() + " and opens " + sorted(keys.ids())
                                + ". First give every replica both root keys (the new one in"
                                + " holdfast.keys.other-root-keys), then exchange them." + NOTHING_CHANGED,
                        null);
            }
            LockSupport.parkNanos(POLL.toNanos());
            odd = odd(keys);
        }
    }

    private static String sorted(Set<RootKeyId> ids) {
        return ids.stream().map(RootKeyId::toString).sorted().collect(Collectors.joining(", "));
    }

    private Optional<Replica> odd(RootKeys keys) {
        return replicas.others().stream()
                .filter(replica -> !replica.getsOnWith(keys))
                .findFirst();
    }
}
