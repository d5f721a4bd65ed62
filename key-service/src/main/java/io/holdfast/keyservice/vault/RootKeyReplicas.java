package io.holdfast.keyservice.vault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.KeyValueStore.Lease;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which replicas are running and which root keys each has: one leased key in etcd for each. It keeps replicas from sealing what
 * others can't open, and from sealing to and fro while a root key is being swapped.
 *
 * <p>A replica that etcd has not heard of for the lease's time is not seen here though it may run. Nothing that is sealed gets
 * lost by that: see the invariant of {@link RootKeys}. Thread safe.
 */
public final class RootKeyReplicas implements AutoCloseable {
    /** How long a killed replica is still seen. */
    static final Duration LEASE = Duration.ofSeconds(15);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyValueStore store;
    private final Duration timeToLive;
    private final String ownKey = Layout.ROOT_KEY_REPLICAS + UUID.randomUUID();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Lease lease;
    private boolean closed;

    public RootKeyReplicas(KeyValueStore store) {
        this(store, LEASE);
    }

    /** @param timeToLive how long a killed replica is still seen */
    RootKeyReplicas(KeyValueStore store, Duration timeToLive) {
        this.store = store;
        this.timeToLive = timeToLive;
    }

    Duration timeToLive() {
        return timeToLive;
    }

    /**
     * Another replica.
     *
     * @param name tells it from others, for messages
     * @param seals the root key that it seals under
     * @param opens all that it has, that one included
     */
    public record Replica(String name, RootKeyId seals, Set<RootKeyId> opens) {

        /** Whether each opens what the other seals. */
        boolean getsOnWith(RootKeys mine) {
            return opens.contains(mine.sealingId()) && mine.ids().contains(seals);
        }
    }

    private record Document(String seals, List<String> opens) {}

    /** Makes this replica seen, anew if its lease has lapsed; does nothing once closed. */
    public void show(RootKeys mine) {
        lock.lock();
        try {
            if (closed || (lease != null && lease.alive())) {
                return;
            }
            lease = store.lease(
                            timeToLive,
                            id -> Transaction.builder()
                                    .putLeased(ownKey, write(mine), id)
                                    .build())
                    .orElse(null);
        } finally {
            lock.unlock();
        }
    }

    /** The replicas that are seen now, without this one. */
    public List<Replica> others() {
        Page page = store.scan(Scan.of(Layout.ROOT_KEY_REPLICAS, Scan.MAX_LIMIT));
        return page.values().stream()
                .filter(value -> !value.key().equals(ownKey))
                .map(RootKeyReplicas::read)
                .toList();
    }

    private static Bytes write(RootKeys keys) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(new Document(
                    keys.sealingId().toString(),
                    keys.ids().stream().map(RootKeyId::toString).toList())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a replica's record that cannot be written", e);
        }
    }

    private static Replica read(StoredValue value) {
        try {
            Document document = JSON.readValue(value.value().toArray(), Document.class);
            return new Replica(
                    Layout.last(value.key()),
                    RootKeyId.parse(document.seals()),
                    document.opens().stream().map(RootKeyId::parse).collect(Collectors.toUnmodifiableSet()));
        } catch (IOException e) {
            throw new IllegalStateException("the value of " + value.key() + " in etcd is damaged", e);
        }
    }

    /** This replica is seen no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (lease != null) {
                lease.close();
                lease = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
