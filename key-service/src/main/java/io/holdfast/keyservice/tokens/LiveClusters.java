package io.holdfast.keyservice.tokens;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.http.Caller;
import java.util.Optional;

/** The clusters that exist now, as principals. */
public interface LiveClusters {

    /** The cluster with its tenancy and compartment; empty when there is none, or none any more. */
    Optional<Caller> find(ClusterId id);
}
