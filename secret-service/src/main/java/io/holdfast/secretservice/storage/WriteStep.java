package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid.ClusterId;

/** A place in a write where a test can hold the writer: everything is wrapped and admitted, nothing is committed. */
@FunctionalInterface
interface WriteStep {
    WriteStep NONE = (cluster, key, attempt) -> {};

    void beforeCommit(ClusterId cluster, String key, int attempt);
}
