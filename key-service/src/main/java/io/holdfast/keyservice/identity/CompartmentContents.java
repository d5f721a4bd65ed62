package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.Optional;

/** What other parts of the service keep in compartments. */
public interface CompartmentContents {

    /**
     * Something that keeps the compartment from being deleted. Nothing new comes in while this is asked; what is about to be
     * deleted, but is not yet, counts.
     *
     * @return a sentence part such as "a key"; empty when there is nothing
     */
    Optional<String> in(CompartmentId compartment);
}
