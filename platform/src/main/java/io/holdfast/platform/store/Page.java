package io.holdfast.platform.store;

import java.util.List;

/**
 * A page of a scan.
 *
 * @param revision the store's revision at which it was read
 * @param more whether keys remain behind the last one
 * @param total how many keys the scan's range holds in all, this page included
 */
public record Page(List<StoredValue> values, long revision, boolean more, long total) {
    public Page {
        values = List.copyOf(values);
    }
}
