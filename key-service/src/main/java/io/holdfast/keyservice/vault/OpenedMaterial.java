package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key material that is open in this process: at most {@value #MOST} versions, the least recently used go first.
 *
 * <p>It grants nothing: callers come with the state revision at which they saw the key ENABLED. What it promises is that
 * the material of a key leaves memory as soon as this process learns that the key is no longer ENABLED: it is wiped when
 * the last call that is using it returns, and a caller whose revision is older than that news puts nothing back.
 */
public final class OpenedMaterial implements AutoCloseable {
    /** The most versions held open. */
    public static final int MOST = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<KeyVersionId, Entry> open = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<KeyId, Long> endedAt = new HashMap<>();

    /** Material lent for one use; close it to give it back. */
    public final class Loan implements AutoCloseable {
        private final Entry entry;
        private boolean returned;

        private Loan(Entry entry) {
            this.entry = entry;
        }

        public Vault.Material material() {
            return entry.material;
        }

        /** Whether it is a version of this key. */
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

    private static final class Entry {
        private final KeyId key;
        private final Vault.Material material;
        private int users;
        private boolean dropped;

        private Entry(KeyId key, Vault.Material material) {
            this.key = key;
            this.material = material;
        }
    }

    /** The material if it is open. */
    public @Nullable Loan borrow(KeyVersionId version) {
        lock.lock();
        try {
            @Nullable Entry entry = open.get(version);
            if (entry == null) {
                return null;
            }
            entry.users++;
            return new Loan(entry);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The material, opened if it is not yet.
     *
     * @param stateRevision at which the caller saw the key ENABLED
     */
    public Loan borrow(KeyId key, KeyVersionId version, long stateRevision, Supplier<Vault.Material> opener) {
        @Nullable Loan loan = borrow(version);
        if (loan != null) {
            return loan;
        }
        Vault.Material opened = opener.get();
        lock.lock();
        try {
            @Nullable Entry other = open.get(version);
            if (other != null) {
                opened.close();
                other.users++;
                return new Loan(other);
            }
            Entry entry = new Entry(key, opened);
            entry.users = 1;
            if (endedAt.getOrDefault(key, 0L) > stateRevision) {
                entry.dropped = true;
            } else {
                open.put(version, entry);
                evict();
            }
            return new Loan(entry);
        } finally {
            lock.unlock();
        }
    }

    /** The key is no longer ENABLED since this revision: its material goes. */
    public void end(KeyId key, long revision) {
        lock.lock();
        try {
            endedAt.merge(key, revision, Math::max);
            for (Iterator<Entry> entries = open.values().iterator(); entries.hasNext(); ) {
                Entry entry = entries.next();
                if (entry.key.equals(key)) {
                    entries.remove();
                    drop(entry);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The key is ENABLED again: its material may be kept open from now on. */
    public void allow(KeyId key) {
        lock.lock();
        try {
            endedAt.remove(key);
        } finally {
            lock.unlock();
        }
    }

    /** Everything goes, for example because news may have been missed. */
    public void endAll() {
        lock.lock();
        try {
            open.values().forEach(OpenedMaterial::drop);
            open.clear();
        } finally {
            lock.unlock();
        }
    }

    /** How many versions are open. */
    public int size() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }

    private void evict() {
        if (open.size() > MOST) {
            Iterator<Entry> eldest = open.values().iterator();
            Entry entry = eldest.next();
            eldest.remove();
            drop(entry);
        }
    }

    private static void drop(Entry entry) {
        entry.dropped = true;
        if (entry.users == 0) {
            entry.material.close();
        }
    }

    private void giveBack(Entry entry) {
        lock.lock();
        try {
            entry.users--;
            if (entry.dropped && entry.users == 0) {
                entry.material.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        endAll();
    }
}
