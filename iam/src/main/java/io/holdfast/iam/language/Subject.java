package io.holdfast.iam.language;

import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import java.util.List;
import java.util.Optional;

/** Whom a statement is about. Several names or ids mean any of them. */
public sealed interface Subject {

    /** Every principal of the tenancy: users and resource principals alike. */
    record AnyUser() implements Subject {}

    /** Every member of some group or dynamic group. */
    record AnyGroup() implements Subject {}

    record GroupsNamed(List<Name> names) implements Subject {
        public GroupsNamed {
            names = Words.atLeastOne(names);
        }
    }

    record GroupsById(List<GroupId> ids) implements Subject {
        public GroupsById {
            ids = Words.atLeastOne(ids);
        }
    }

    record DynamicGroupsNamed(List<Name> names) implements Subject {
        public DynamicGroupsNamed {
            names = Words.atLeastOne(names);
        }
    }

    record DynamicGroupsById(List<DynamicGroupId> ids) implements Subject {
        public DynamicGroupsById {
            ids = Words.atLeastOne(ids);
        }
    }

    /** Services that act for themselves, as {@code oke}. None signs in to Holdfast, so nothing is given. */
    record Services(List<Name> names) implements Subject {
        public Services {
            names = Words.atLeastOne(names);
        }
    }

    /**
     * One resource that acts for itself.
     *
     * @param type the type part of its OCID, in lower case
     */
    record Resource(String type, String id) implements Subject {
        public Resource {
            type = CaseFold.of(Words.requireWord(type));
            Words.requireWord(id);
        }
    }

    /**
     * The name of a group, with its identity domain where the statement gives one. No domain means {@code Default}.
     */
    record Name(Optional<String> domain, String name) {
        private static final String DEFAULT_DOMAIN = "Default";

        public Name {
            domain.ifPresent(Words::requireName);
            Words.requireName(name);
        }

        public static Name of(String name) {
            return new Name(Optional.empty(), name);
        }

        /**
         * The group's whole name: that of a group of a domain other than Default is {@code domain/name}.
         */
        public String inTenancy() {
            return domain.filter(it -> !CaseFold.same(it, DEFAULT_DOMAIN))
                    .map(it -> it + "/" + name)
                    .orElse(name);
        }

        /** Whether a group whose whole name is {@code groupName} is meant; case does not matter. */
        public boolean matches(String groupName) {
            return CaseFold.same(inTenancy(), groupName);
        }
    }
}
