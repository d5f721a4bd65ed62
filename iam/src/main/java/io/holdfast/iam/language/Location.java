package io.holdfast.iam.language;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.List;

/** Where a statement holds; it covers the compartment and all below it. */
public sealed interface Location {

    /** The root compartment. Only a policy attached there may say so. */
    record Tenancy() implements Location {}

    /**
     * Names from the compartment that the policy is attached to downwards. One name alone may also be that compartment
     * itself.
     */
    record CompartmentPath(List<String> names) implements Location {
        public CompartmentPath {
            names = Words.atLeastOne(names);
            names.forEach(Words::requireName);
        }
    }

    record CompartmentById(CompartmentId id) implements Location {}
}
