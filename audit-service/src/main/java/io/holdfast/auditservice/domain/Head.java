package io.holdfast.auditservice.domain;

import io.holdfast.kernel.Bytes;

/**
 * The end of the chain.
 *
 * @param position of the newest entry, 0 before the first: the number of entries
 * @param hash of the newest entry
 */
public record Head(long position, Bytes hash) {
    /** Before the first entry: thirty-two zero bytes. */
    public static final Head GENESIS = new Head(0, Bytes.takeOwnershipOf(new byte[Entry.HASH_BYTES]));
}
