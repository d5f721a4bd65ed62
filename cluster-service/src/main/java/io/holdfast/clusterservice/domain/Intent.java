package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import java.time.Instant;

/**
 * That a cluster is about to be bound to a key: written before key-service is asked, removed with the cluster's first
 * record. One that stays behind tells the sweeper which binding may hang in the air.
 *
 * @param abandoned the sweeper has taken it: its cluster can no longer come into being
 */
public record Intent(ClusterId clusterId, KeyId keyId, Instant at, boolean abandoned) {
    public Intent abandon() {
        return new Intent(clusterId, keyId, at, true);
    }
}
