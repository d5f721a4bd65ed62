package io.holdfast.secretservice.keys;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import java.util.Optional;

/** The bindings as their owner, key-service, knows them now. */
public interface BindingDirectory {

    /**
     * @return empty when unknown
     * @throws KeyServiceUnavailable when key-service does not answer
     */
    Optional<Binding> find(BindingId binding);

    /** @param released it binds no longer */
    record Binding(BindingId id, ClusterId clusterId, KeyId keyId, boolean released) {}
}
