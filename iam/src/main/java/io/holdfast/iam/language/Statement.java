package io.holdfast.iam.language;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.Optional;

/**
 * One policy statement (OCI documentation, "Policy Syntax"). Two statements that mean the same text up to case of
 * keywords and spacing are equal.
 */
public sealed interface Statement {

    /** A statement that gives something, or takes it when it stands in a {@link Deny}. */
    sealed interface Permitting extends Statement {
        Subject subject();

        Action action();

        /** Empty when the statement has no {@code where}. */
        Optional<Condition> condition();
    }

    /** Gives the subject the action on resources in the location, for requests that meet the condition. */
    record Allow(Subject subject, Action action, Location location, Optional<Condition> condition)
            implements Permitting {}

    /**
     * Lets the subject, of this tenancy, act on resources of another one. Takes effect where the other admits it.
     */
    record Endorse(Subject subject, Action action, Destination destination, Optional<Condition> condition)
            implements Permitting {}

    /**
     * Lets a subject of another tenancy act on resources of this one. Takes effect where the other endorses it.
     *
     * @param subject its names are aliases that the same policy defines
     * @param tenancy an alias that the same policy defines, or the name of a tenancy
     */
    record Admit(Subject subject, String tenancy, Action action, Location location, Optional<Condition> condition)
            implements Permitting {
        public Admit {
            Words.requireName(tenancy);
        }
    }

    /** Takes what it names, whatever others give. Switched off unless the operator says otherwise. */
    record Deny(Permitting denied) implements Statement {}

    /** Gives an OCID a name for the other statements of the same policy. */
    sealed interface Define extends Statement {
        String alias();

        Ocid id();
    }

    record DefineTenancy(String alias, TenancyId id) implements Define {
        public DefineTenancy {
            Words.requireName(alias);
        }
    }

    record DefineGroup(String alias, GroupId id) implements Define {
        public DefineGroup {
            Words.requireName(alias);
        }
    }

    record DefineDynamicGroup(String alias, DynamicGroupId id) implements Define {
        public DefineDynamicGroup {
            Words.requireName(alias);
        }
    }
}
