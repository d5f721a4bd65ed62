package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.time.Instant;

/**
 * One version of a master key. It lives and ends with its key, so it keeps no state of its own: whether it can be used is
 * asked of the key.
 *
 * @param number its ordinal, 1 for the first
 */
public record KeyVersion(KeyVersionId id, KeyId keyId, long number, Instant timeCreated) {

    /** OCI's lifecycleState of this version under its key. */
    public String lifecycleStateUnder(MasterKey key) {
        return key.lifecycleState();
    }
}
