package io.holdfast.keyservice.bindings;

import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.kernel.Ocid.BindingId;
import java.util.List;

/** Whether bindings may use their keys: binding state, key state, vault state and policy, at one state revision. */
public interface BindingAccess {

    /** In the order asked; an unknown binding is denied as BINDING_RELEASED. */
    Grants decide(List<BindingId> bindings);

    record Grants(long stateRevision, List<Grant> grants) {
        public Grants {
            grants = List.copyOf(grants);
        }
    }
}
