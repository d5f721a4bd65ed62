package io.holdfast.platform.store;

import io.holdfast.kernel.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A compare-and-swap over several keys: all writes happen, atomically, if and only if all conditions hold. Bounded by
 * etcd's limit of 128 operations ({@value #MAX_OPERATIONS}) on each side.
 */
public final class Transaction {
    public static final int MAX_OPERATIONS = 128;

    private final List<Condition> conditions;
    private final List<Write> writes;
    private final List<String> reads;
    private final List<LongConsumer> whenCommitted;

    private Transaction(Builder builder) {
        this.conditions = List.copyOf(builder.conditions);
        this.writes = List.copyOf(builder.writes);
        this.reads = List.copyOf(builder.reads);
        this.whenCommitted = List.copyOf(builder.whenCommitted);
    }

    public static Builder builder() {
        return new Builder();
    }

    public List<Condition> conditions() {
        return conditions;
    }

    public List<Write> writes() {
        return writes;
    }

    /** Keys read in the same transaction, before its writes when it commits, and also when it is refused. */
    public List<String> reads() {
        return reads;
    }

    /** Tells those who asked for it; called by the store, once, before whoever committed learns of it. */
    void committed(long revision) {
        whenCommitted.forEach(each -> each.accept(revision));
    }

    /** What must be true. */
    public sealed interface Condition {
        String key();

        record Absent(String key) implements Condition {}

        record Present(String key) implements Condition {}

        record Unchanged(String key, long modRevision) implements Condition {}

        /** The value equals these bytes. */
        record Equal(String key, Bytes value) implements Condition {}
    }

    /** What is done. */
    public sealed interface Write {
        String key();

        /** @param leaseId 0 for none */
        record Put(String key, Bytes value, long leaseId) implements Write {}

        record Delete(String key) implements Write {}
    }

    /** Collects a transaction; not thread safe. */
    public static final class Builder {
        private final List<Condition> conditions = new ArrayList<>();
        private final List<Write> writes = new ArrayList<>();
        private final List<String> reads = new ArrayList<>();
        private final List<LongConsumer> whenCommitted = new ArrayList<>();

        private Builder() {}

        public Builder ifAbsent(String key) {
            conditions.add(new Condition.Absent(key));
            return this;
        }

        public Builder ifPresent(String key) {
            conditions.add(new Condition.Present(key));
            return this;
        }

        public Builder ifUnchanged(StoredValue seen) {
            return ifModRevision(seen.key(), seen.modRevision());
        }

        public Builder ifModRevision(String key, long modRevision) {
            conditions.add(new Condition.Unchanged(key, modRevision));
            return this;
        }

        public Builder ifEqual(String key, Bytes value) {
            conditions.add(new Condition.Equal(key, value));
            return this;
        }

        public Builder put(String key, Bytes value) {
            writes.add(new Write.Put(key, value, 0));
            return this;
        }

        public Builder putLeased(String key, Bytes value, long leaseId) {
            writes.add(new Write.Put(key, value, leaseId));
            return this;
        }

        public Builder delete(String key) {
            writes.add(new Write.Delete(key));
            return this;
        }

        public Builder read(String key) {
            reads.add(key);
            return this;
        }

        /**
         * @param told the revision of the writes, when it is certain that they were applied; must not block and not throw
         */
        public Builder whenCommitted(LongConsumer told) {
            whenCommitted.add(told);
            return this;
        }

        /** Lets another collaborator (the outbox) add its part. */
        public Builder with(Consumer<Builder> part) {
            part.accept(this);
            return this;
        }

        public Transaction build() {
            if (conditions.size() > MAX_OPERATIONS || writes.size() + reads.size() > MAX_OPERATIONS) {
                throw new IllegalArgumentException("a transaction of " + conditions.size() + " conditions, "
                        + writes.size() + " writes and " + reads.size() + " reads");
            }
            return new Transaction(this);
        }
    }
}
