package io.holdfast.secretservice.domain;

import io.holdfast.kernel.Ocid.KeyVersionId;

/**
 * A version of a master key.
 *
 * @param number 1 for the first, growing with each rotation: the order of versions
 */
public record KeyVersion(KeyVersionId id, long number) {
    public KeyVersion {
        if (number < 1) {
            throw new IllegalArgumentException("key version number " + number);
        }
    }

    public boolean newerThan(KeyVersion other) {
        return number > other.number;
    }
}
