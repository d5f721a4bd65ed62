package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opened things of keys, lent for one use at a time: bounded in number and in age, the least recently used go first. What
 * goes is wiped when the last call that is using it returns.
 *
 * <p>It grants nothing: callers come with the state revision at which they saw the key ENABLED. What it promises is that
 * nothing opened before a change of its key is lent to who knows of that change, that a key's things leave memory as soon as
 * this process learns of the change, and that a caller whose revision is older puts nothing back. Of several callers who miss the
 * same thing at once, one opens it: see {@link OneForAll}.
 *
 * @param <N> names a thing
 * @param <T> the thing
 */
public final class Lending<N, T> {
    private final int most;
    private final Duration oldest;
    private final TimeSource time;
    private final Consumer<T> wipe;
    private final ReentrantLock lock = new ReentrantLock();
    private final OneForAll<N> openings = new OneForAll<>();

    private final LinkedHashMap<N, Entry<N, T>> open = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<KeyId, Long> endedAt = new HashMap<>();

    /**
     * @param most the most things held open
     * @param oldest how long a thing stays open at the most
     */
    public Lending(int most, Duration oldest, TimeSource time, Consumer<T> wipe) {
        this.most = most;
        this.oldest = oldest;
        this.time = time;
        this.wipe = wipe;
    }

    /**
     * How a caller saw a key ENABLED.
     *
     * @param stateRevision at which
     * @param keyRevision of the key's last change before that
     */
    public record Seen(long stateRevision, long keyRevision) {
        /**
         * By a read of the key alone.
         *
         * @param keyRevision of its last change: the oldest state revision that the read can claim
         */
        public static Seen asOf(long keyRevision) {
            return new Seen(keyRevision, keyRevision);
        }
    }

    /** A thing lent for one use; close it to give it back. */
    public final class Loan implements AutoCloseable {
        private final Entry<N, T> entry;
        private boolean returned;

        private Loan(Entry<N, T> entry) {
            this.entry = entry;
        }

        public T thing() {
            return entry.thing;
        }

        /** Whether it is of this key. */
        public boolean isOf(KeyId key) {
            return entry.key.equals(key);
        }

        @Override
        public void close() {
            if (!returned) {
                returned = true;
                giveBack(entry);
            }
        }
    }

    private static final class Entry<N, T> {
        private final N name;
        private final KeyId key;
        private final T thing;
        private final long openedAtNanos;
        private final long stateRevision;
        private int users;
        private boolean dropped;

        private Entry(N name, KeyId key, T thing, long openedAtNanos, long stateRevision) {
            this.stateRevision = stateRevision;
            this.name = name;
            this.key = key;
            this.thing = thing;
            this.openedAtNanos = openedAtNanos;
        }
    }

    /**
     * The thing if it is open.
     *
     * @param keyRevision of the key's last change that the caller knows of: what was opened before it is opened anew
     */
    public @Nullable Loan borrow(N name, long keyRevision) {
        lock.lock();
        try {
            @Nullable Entry<N, T> entry = open.get(name);
            if (entry == null) {
                return null;
            }
            if (entry.stateRevision < keyRevision || isAged(entry)) {
                open.remove(name);
                drop(entry);
                return null;
            }
            entry.users++;
            return new Loan(entry);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The thing, opened if it is not yet. Waits for one opening at the most when the vault does not answer.
     *
     * @param seen how the caller saw the key
     * @throws VaultUnavailable when the vault does not answer, whoever asked it; see {@link OneForAll}
     */
    public Loan borrow(N name, KeyId key, Seen seen, Supplier<T> opener) {
        return openings.get(
                name,
                () -> Optional.ofNullable(borrow(name, seen.keyRevision())),
                () -> keep(new Entry<>(name, key, opener.get(), time.monotonicNanos(), seen.stateRevision())));
    }

    private Loan keep(Entry<N, T> entry) {
        lock.lock();
        try {
            entry.users = 1;
            if (endedAt.getOrDefault(entry.key, 0L) > entry.stateRevision) {
                entry.dropped = true;
            } else {
                @Nullable Entry<N, T> older = open.put(entry.name, entry);
                if (older != null) {
                    drop(older);
                }
                evict();
            }
            return new Loan(entry);
        } finally {
            lock.unlock();
        }
    }

    /** The key changed at this revision: its things go, and who saw it before puts nothing back. */
    public void end(KeyId key, long revision) {
        lock.lock();
        try {
            endedAt.merge(key, revision, Math::max);
            for (Iterator<Entry<N, T>> entries = open.values().iterator(); entries.hasNext(); ) {
                Entry<N, T> entry = entries.next();
                if (entry.key.equals(key)) {
                    entries.remove();
                    drop(entry);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Everything goes, for example because news may have been missed. */
    public void endAll() {
        lock.lock();
        try {
            open.values().forEach(this::drop);
            open.clear();
        } finally {
            lock.unlock();
        }
    }

    /** What is older than things may get goes. Without this, what nobody borrows again would stay. */
    void dropAged() {
        lock.lock();
        try {
            for (Iterator<Entry<N, T>> entries = open.values().iterator(); entries.hasNext(); ) {
                Entry<N, T> entry = entries.next();
                if (isAged(entry)) {
                    entries.remove();
                    drop(entry);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isAged(Entry<N, T> entry) {
        return time.monotonicNanos() - entry.openedAtNanos > oldest.toNanos();
    }

    /** How many things are open. */
    public int size() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }

    private void evict() {
        if (open.size() > most) {
            Iterator<Entry<N, T>> eldest = open.values().iterator();
            Entry<N, T> entry = eldest.next();
            eldest.remove();
            drop(entry);
        }
    }

    private void drop(Entry<N, T> entry) {
        entry.dropped = true;
        if (entry.users == 0) {
            wipe.accept(entry.thing);
        }
    }

    private void giveBack(Entry<N, T> entry) {
        lock.lock();
        try {
            entry.users--;
            if (entry.dropped && entry.users == 0) {
                wipe.accept(entry.thing);
            }
        } finally {
            lock.unlock();
        }
    }
}
