package io.holdfast.keyservice.mirror;

import io.holdfast.kernel.Ocid.KeyId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * Looks at keys, a bounded number at a time, in the order of the keys' names and each time from where the last ended: none is
 * taken twice before another that was wished for all the time. With n keys, and those that come meanwhile, that is within
 * n / most takes, rounded up, when each take goes on to its end.
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

    /**
     * Those whose turn it is, of what was wished for since {@link #begin}. Whoever stops before the end leaves the others their
     * turn: the next take begins with them.
     */
    Iterator<IntSupplier> take() {
        List<Map.Entry<String, IntSupplier>> order =
                new ArrayList<>(wished.tailMap(last, false).entrySet());
        order.addAll(wished.headMap(last, true).entrySet());
        Iterator<Map.Entry<String, IntSupplier>> turns =
                order.subList(0, Math.min(most, order.size())).iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return turns.hasNext();
            }

            @Override
            public IntSupplier next() {
                Map.Entry<String, IntSupplier> turn = turns.next();
                last = turn.getKey();
                return turn.getValue();
            }
        };
    }
}
