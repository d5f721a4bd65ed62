package io.holdfast.secretservice.fence;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.SecretEvent.ClusterKeyAccessLost;
import io.holdfast.events.SecretEvent.ClusterKeyAccessRestored;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The fences of all clusters. Every move is one transaction, atomically, if and only if the fence is where it was read;
 * a lost race moves nothing, emits nothing and answers empty, as does an unknown outcome: read again. Thread safe.
 */
public final class WriteFences {
    private static final Duration CACHED_FOR = Duration.ofSeconds(2);
    private static final int MOST_CACHED = 10_000;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final ReencryptionStart reencryption;
    private final TimeSource time;
    private final MeterRegistry meters;
    private final ConcurrentHashMap<ClusterId, Cached> cache = new ConcurrentHashMap<>();

    private record Cached(PlacedFence fence, long atNanos) {}

    public WriteFences(
            KeyValueStore store, Outbox outbox, ReencryptionStart reencryption, TimeSource time, MeterRegistry meters) {
        this.store = store;
        this.outbox = outbox;
        this.reencryption = reencryption;
        this.time = time;
        this.meters = meters;
    }

    /** As last seen, at most two seconds old. Enough for a writer: its commit compares. */
    public Optional<PlacedFence> recent(ClusterId cluster) {
        Cached cached = cache.get(cluster);
        if (cached != null && time.monotonicNanos() - cached.atNanos() < CACHED_FOR.toNanos()) {
            return Optional.of(cached.fence());
        }
        return read(cluster);
    }

    /** As it stands; empty when the cluster was never opened here. */
    public Optional<PlacedFence> read(ClusterId cluster) {
        Optional<PlacedFence> found =
                store.get(ClusterPaths.of(cluster).fence()).map(value -> placed(cluster, value));
        found.ifPresentOrElse(this::remember, () -> cache.remove(cluster));
        return found;
    }

    public static PlacedFence placed(ClusterId cluster, StoredValue value) {
        return new PlacedFence(cluster, FenceCodec.decode(value.value()), value.modRevision());
    }

    /**
     * Moves an open fence to a newer version of its key, and starts the re-encryption, in one transaction.
     *
     * @param cause of the re-encryption, for example KeyRotated
     * @return empty when the fence is not open, is at this version or a newer one already, or the race was lost
     */
    public Optional<PlacedFence> forward(PlacedFence seen, KeyVersion version, String cause) {
        if (!(seen.fence() instanceof WriteFence.Open open)
                || !version.newerThan(open.terms().version())) {
            return Optional.empty();
        }
        WriteFence.Open next = open.forward(version);
        return move(seen, next, "forward", reencryption.stage(seen.cluster(), next.terms(), cause));
    }

    /** Blocks an open fence, and says so. A blocked one only takes the new reason. */
    public Optional<PlacedFence> block(PlacedFence seen, Denial why) {
        return switch (seen.fence()) {
            case WriteFence.Open open ->
                move(
                        seen,
                        open.block(why),
                        "block",
                        event(new ClusterKeyAccessLost(
                                seen.cluster(),
                                open.terms().bindingId(),
                                open.terms().keyId(),
                                why.name())));
            case WriteFence.Blocked blocked ->
                blocked.denial() == why || blocked.denial().permanent()
                        ? Optional.empty()
                        : move(seen, blocked.because(why), "reason", part -> {});
            case WriteFence.Closed closed -> Optional.empty();
        };
    }

    /**
     * Opens a blocked fence again, and says so. The caller holds a grant that its access session admits; an event is not
     * enough.
     */
    public Optional<PlacedFence> reopen(PlacedFence seen) {
        if (!(seen.fence() instanceof WriteFence.Blocked blocked)
                || blocked.denial().permanent()) {
            return Optional.empty();
        }
        return move(
                seen,
                blocked.reopen(),
                "reopen",
                event(new ClusterKeyAccessRestored(
                        seen.cluster(),
                        blocked.terms().bindingId(),
                        blocked.terms().keyId())));
    }

    /** Closes the fence for good. */
    public Optional<PlacedFence> close(PlacedFence seen) {
        return switch (seen.fence()) {
            case WriteFence.Open open -> move(seen, open.close(), "close", part -> {});
            case WriteFence.Blocked blocked -> move(seen, blocked.close(), "close", part -> {});
            case WriteFence.Closed closed -> Optional.empty();
        };
    }

    private Consumer<Transaction.Builder> event(DomainEvent event) {
        return outbox.stage(event);
    }

    private Optional<PlacedFence> move(
            PlacedFence seen, WriteFence next, String kind, Consumer<Transaction.Builder> beside) {
        String key = ClusterPaths.of(seen.cluster()).fence();
        TransactionResult result;
        try {
            result = store.commit(Transaction.builder()
                    .ifModRevision(key, seen.revision())
                    .put(key, FenceCodec.encode(next))
                    .with(beside)
                    .build());
        } catch (OutcomeUnknown unknown) {
            // The compare makes a repetition harmless: to the caller this is a lost race, it reads again.
            cache.remove(seen.cluster());
            return Optional.empty();
        }
        if (!result.committed()) {
            cache.remove(seen.cluster());
            return Optional.empty();
        }
        PlacedFence moved = new PlacedFence(seen.cluster(), next, result.revision());
        meters.counter("holdfast.fence.moves", "kind", kind).increment();
        remember(moved);
        return Optional.of(moved);
    }

    private void remember(PlacedFence fence) {
        if (cache.size() >= MOST_CACHED) {
            cache.clear();
        }
        Cached now = new Cached(fence, time.monotonicNanos());
        cache.merge(
                fence.cluster(),
                now,
                (old, young) -> old.fence().revision() > young.fence().revision() ? old : young);
    }
}
