package io.holdfast.iam.decision;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.PolicyId;
import java.util.List;

/**
 * A policy as it is stored: texts, read when a {@link PolicySet} is made.
 *
 * @param attachedTo the compartment that names in its statements are relative to; it grants nothing outside it
 */
public record Policy(PolicyId id, String name, CompartmentId attachedTo, List<String> statements) {
    /** What the tenancy's first policy says; without it nobody could write another. */
    public static final String ADMINISTRATORS = "Allow group Administrators to manage all-resources in tenancy";

    /** The group of the Default domain that no Deny reaches, so that nobody can lock everybody out. */
    public static final String ADMINISTRATORS_GROUP = "Administrators";

    public Policy {
        statements = List.copyOf(statements);
    }
}
