package io.holdfast.keyservice.mirror;

import io.holdfast.kernel.Ocid.KeyId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * Looks at keys, a bounded number at a time, in the order of the keys' names and each time from where the last ended: none is
 * taken twice before another that was wished for all the time. With n keys, and those that come meanwhile, that is within
 * n / most takes, rounded up.
 *
 * <p>For one thread.
 */
final class Turns {
    private final int most;
    private final NavigableMap<String, IntSupplier> wished = new TreeMap<>();
    private String last = "";

    /** @param most at a time */
    Turns(int most) {
        this.most = most;
    }

    void wish(KeyId key, IntSupplier look) {
        wished.put(key.value(), look);
    }

    /** Forgets what was wished for; not whose turn it is. */
    void begin() {
        wished.clear();
    }

    /** Those whose turn it is, of what was wished for since {@link #begin}. */
    List<IntSupplier> take() {
        List<IntSupplier> taken = new ArrayList<>();
        List<String> order = new ArrayList<>(wished.tailMap(last, false).keySet());
        order.addAll(wished.headMap(last, true).keySet());
        for (String key : order.subList(0, Math.min(most, order.size()))) {
            taken.add(wished.get(key));
            last = key;
        }
        return taken;
    }
}
