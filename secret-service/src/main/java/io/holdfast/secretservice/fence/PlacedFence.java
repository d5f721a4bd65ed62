package io.holdfast.secretservice.fence;

import io.holdfast.kernel.Ocid.ClusterId;

/**
 * A fence as it stands in etcd.
 *
 * @param revision its mod revision: what a write compares
 */
public record PlacedFence(ClusterId cluster, WriteFence fence, long revision) {
    public WriteFence.Terms terms() {
        return fence.terms();
    }
}
