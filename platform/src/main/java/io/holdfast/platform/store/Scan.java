package io.holdfast.platform.store;

/**
 * What to list.
 *
 * @param prefix keys that start with it
 * @param after exclusive lower bound, empty for the start
 * @param limit 1 to {@value #MAX_LIMIT} keys in a page
 * @param revision read as of this revision, 0 for the newest
 * @param order key order, or the order of creation (for queues)
 * @param keysOnly leaves the values empty
 */
public record Scan(String prefix, String after, int limit, long revision, Order order, boolean keysOnly) {
    public static final int MAX_LIMIT = 1000;

    public enum Order {
        KEY,
        CREATION
    }

    public Scan {
        if (prefix.isEmpty() || limit < 1 || limit > MAX_LIMIT || revision < 0) {
            throw new IllegalArgumentException("scan of '" + prefix + "' with limit " + limit);
        }
        if (!after.isEmpty() && order != Order.KEY) {
            throw new IllegalArgumentException("only a scan in key order can go on after a key");
        }
    }

    /** The first page under a prefix, newest values, in key order. */
    public static Scan of(String prefix, int limit) {
        return new Scan(prefix, "", limit, 0, Order.KEY, false);
    }

    public static Scan oldestFirst(String prefix, int limit) {
        return new Scan(prefix, "", limit, 0, Order.CREATION, false);
    }

    public Scan after(String key) {
        return new Scan(prefix, key, limit, revision, order, keysOnly);
    }

    public Scan at(long atRevision) {
        return new Scan(prefix, after, limit, atRevision, order, keysOnly);
    }
}
