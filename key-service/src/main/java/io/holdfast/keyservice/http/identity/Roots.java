package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The place of users, groups and dynamic groups: the root compartment of the caller's tenancy, and no other. */
final class Roots {
    private Roots() {}

    /**
     * Asks whether the caller may do something to all of a kind, for a list.
     *
     * @param compartment as the client named it
     * @throws ProblemException MISSING_PARAMETER, NOT_AUTHORIZED_OR_NOT_FOUND, or INVALID_PARAMETER for a compartment below
     *     the root
     */
    static void require(
            Authorizer authorizer,
            Caller caller,
            String operation,
            List<String> permissions,
            @Nullable CompartmentId compartment) {
        if (compartment == null) {
            throw ProblemException.missing("compartmentId");
        }
        authorizer.require(caller, operation, permissions, compartment, Map.of());
        if (!compartment.isRoot()) {
            throw ProblemException.invalid("compartmentId", "must be the tenancy's own id");
        }
        if (!compartment.equals(caller.tenancyId().rootCompartment())) {
            throw ProblemException.notFound();
        }
    }

    /**
     * As {@link #require}, for a creation.
     *
     * @throws ProblemException also RELATED_RESOURCE_NOT_FOUND for another tenancy
     */
    static void requireCreation(
            Authorizer authorizer,
            Caller caller,
            String operation,
            String permission,
            @Nullable CompartmentId compartment) {
        if (compartment != null
                && compartment.isRoot()
                && !compartment.equals(caller.tenancyId().rootCompartment())) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
        require(authorizer, caller, operation, List.of(permission), compartment);
    }
}
