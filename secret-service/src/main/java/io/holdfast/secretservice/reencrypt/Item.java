package io.holdfast.secretservice.reencrypt;

import io.holdfast.kernel.Bytes;

/** What is to become of one Secret, by its etcd key. */
sealed interface Item {
    String key();

    /** Written anew, if and only if it is still at this revision. */
    record Rewrite(String key, long modRevision, Bytes stored) implements Item {}

    /** Under the version of the job already. */
    record Skip(String key) implements Item {}

    /** Another write came first, and holds to the fence. */
    record Conflict(String key) implements Item {}

    /** Cannot be opened; left as it is. */
    record Damaged(String key) implements Item {}
}
