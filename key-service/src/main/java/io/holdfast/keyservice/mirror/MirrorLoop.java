package io.holdfast.keyservice.mirror;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows one vault elsewhere, at one replica at a time: the one that holds the vault's leader key in etcd. One that fails
 * gives it up for a tick: the vault may be out of its reach only. When no replica has followed for longer than is allowed,
 * access to the vault's keys ends until one does again: whether they may still be used, nobody here can say.
 *
 * <p>For one thread.
 */
final class MirrorLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MirrorLoop.class);
    private static final int LEASE_INTERVALS = 3;
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(5);

    private final VaultId vault;
    private final Follow follow;
    private final KeyValueStore store;
    private final VaultReach reach;
    private final TimeSource time;
    private final Duration lease;
    private final Duration staleAfter;
    private final Bytes name =
            Bytes.takeOwnershipOf(UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));

    private KeyValueStore.@Nullable Lease leadership;
    private boolean standsBack;
    /** The record of the last time that any replica followed, and when this one first saw it. */
    private long followedRevision;

    private long seenAtNanos;
    private Instant followedAt;

    /** See {@link Mirror#follow}. */
    interface Follow {
        int follow(Consumer<Transaction.Builder> still, Runnable statesRecorded);
    }

    /**
     * @param follow brings the records up to date and answers how many changes that took
     * @param interval between two calls of {@link #tick}
     * @param staleAfter how long the vault may be silent
     */
    MirrorLoop(
            VaultId vault,
            Follow follow,
            KeyValueStore store,
            VaultReach reach,
            TimeSource time,
            Duration interval,
            Duration staleAfter) {
        this.vault = vault;
        this.follow = follow;
        this.store = store;
        this.reach = reach;
        this.time = time;
        Duration some = interval.multipliedBy(LEASE_INTERVALS);
        this.lease = some.compareTo(SHORTEST_LEASE) < 0 ? SHORTEST_LEASE : some;
        this.staleAfter = staleAfter;
        this.seenAtNanos = time.monotonicNanos();
        this.followedAt = time.wall();
    }

    /** What came of a tick. */
    enum Outcome {
        /** Another replica follows this vault. */
        NOT_OURS,
        /** This one failed the last time: another may take it. */
        STANDS_BACK,
        FOLLOWED,
        FAILED
    }

    /** Follows once, if that is this replica's task; whosever it is, looks whether somebody does. */
    Outcome tick() {
        Outcome outcome = follow();
        if (outcome == Outcome.FAILED) {
            handOver();
        }
        try {
            noteLastFollowed();
            if (time.monotonicNanos() - seenAtNanos > staleAfter.toNanos()) {
                reach.lost(vault, followedAt);
            }
        } catch (StoreUnavailable e) {
            // Without etcd nobody is granted anything; there is nothing to record and nowhere to do it.
            LOG.warnv("Whether a vault is followed is unknown. vault={0} cause={1}", vault.value(), e.toString());
            return Outcome.FAILED;
        }
        return outcome;
    }

    /** Not this process's own word alone: a replica that leads and fails must not keep the others from seeing that. */
    private void noteLastFollowed() {
        store.get(Layout.mirrorFollowed(vault))
                .filter(record -> record.modRevision() != followedRevision)
                .ifPresent(record -> {
                    followedRevision = record.modRevision();
                    seenAtNanos = time.monotonicNanos();
                    followedAt = Instant.parse(new String(record.value().toArray(), StandardCharsets.US_ASCII));
                });
    }

    private Outcome follow() {
        if (standsBack) {
            standsBack = false;
            return Outcome.STANDS_BACK;
        }
        try {
            if (!leads()) {
                return Outcome.NOT_OURS;
            }
            int changes = follow.follow(ours(), this::recordFollowed);
            if (changes > 0) {
                LOG.infov("Followed a vault elsewhere. vault={0} changes={1}", vault.value(), changes);
            }
            return Outcome.FOLLOWED;
        } catch (StoreUnavailable e) {
            LOG.warnv("A vault can''t be followed without etcd. vault={0} cause={1}", vault.value(), e.toString());
        } catch (VaultUnavailable e) {
            LOG.warnv("A vault elsewhere does not answer. vault={0} cause={1}", vault.value(), e.toString());
        } catch (RuntimeException e) {
            LOG.errorv(e, "A vault elsewhere could not be followed. vault={0}", vault.value());
        }
        return Outcome.FAILED;
    }

    private void recordFollowed() {
        Bytes now = Bytes.copyOf(time.wall().toString().getBytes(StandardCharsets.US_ASCII));
        boolean recorded = store.commit(Transaction.builder()
                        .put(Layout.mirrorFollowed(vault), now)
                        .with(ours())
                        .build())
                .committed();
        if (!recorded) {
            throw new IllegalStateException("another replica follows this vault by now");
        }
        reach.found(vault);
    }

    private Consumer<Transaction.Builder> ours() {
        return transaction -> transaction.ifEqual(Layout.mirrorLeader(vault), name);
    }

    private boolean leads() {
        KeyValueStore.Lease held = leadership;
        if (held != null && held.alive()) {
            return true;
        }
        String at = Layout.mirrorLeader(vault);
        leadership = store.lease(
                        lease,
                        id -> Transaction.builder()
                                .ifAbsent(at)
                                .putLeased(at, name, id)
                                .build())
                .orElse(null);
        if (leadership == null) {
            return false;
        }
        LOG.infov("This replica follows a vault elsewhere. vault={0}", vault.value());
        return true;
    }

    /** Lets another replica follow, if there is one, and stands back for one tick. */
    void handOver() {
        if (leadership != null) {
            standsBack = true;
            close();
        }
    }

    @Override
    public void close() {
        KeyValueStore.Lease held = leadership;
        leadership = null;
        if (held != null) {
            held.close();
        }
    }
}
