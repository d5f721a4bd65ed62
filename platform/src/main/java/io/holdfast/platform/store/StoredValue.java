package io.holdfast.platform.store;

import io.holdfast.kernel.Bytes;

/**
 * One key and its value as read.
 *
 * @param createRevision the revision at which the key came into being
 * @param modRevision the revision of the last change; compare it in a {@link Transaction} to change only what was read
 */
public record StoredValue(String key, Bytes value, long createRevision, long modRevision) {}
