package io.holdfast.iam.language;

import java.util.List;
import java.util.Optional;

/**
 * Which resources are in a dynamic group (OCI documentation, "Writing Matching Rules to Define Dynamic Groups"). A
 * comparison whose variable the resource does not have is false, {@code !=} too.
 */
public sealed interface MatchingRule {

    /** True when each member is. */
    record All(List<MatchingRule> members) implements MatchingRule {
        public All {
            members = Words.atLeastOne(members);
        }
    }

    /** True when at least one member is. */
    record Any(List<MatchingRule> members) implements MatchingRule {
        public Any {
            members = Words.atLeastOne(members);
        }
    }

    /** {@code variable = 'value'} or {@code variable != 'value'}, without regard to case. */
    record Compare(Variable variable, Condition.Operator operator, String value) implements MatchingRule {
        public Compare {
            Words.requireLine(value);
        }
    }

    /** True when the resource has the tag, whatever its value. */
    record HasTag(Tag tag) implements MatchingRule {}

    /** What a rule can look at. */
    sealed interface Variable {
        /** As written in a rule. */
        String word();
    }

    /** An attribute of the resource. */
    enum Attribute implements Variable {
        /** The type part of its OCID. */
        RESOURCE_TYPE("resource.type"),
        RESOURCE_ID("resource.id"),
        /** Exactly the compartment that it lies in, none above. */
        RESOURCE_COMPARTMENT_ID("resource.compartment.id"),
        /** The OCID of a compute instance. */
        INSTANCE_ID("instance.id"),
        INSTANCE_COMPARTMENT_ID("instance.compartment.id");

        private final String word;

        Attribute(String word) {
            this.word = word;
        }

        @Override
        public String word() {
            return word;
        }
    }

    /** The value of a tag, {@code tag.<namespace>.<key>.value}; both in lower case, as case does not matter. */
    record Tag(String namespace, String key) implements Variable {
        private static final String PREFIX = "tag.";
        private static final String SUFFIX = ".value";

        public Tag {
            namespace = CaseFold.of(Words.requireWordCharacters(namespace));
            key = CaseFold.of(Words.requireWordCharacters(key));
            if (namespace.indexOf('.') >= 0) {
                throw new IllegalArgumentException("a tag namespace has no period");
            }
        }

        static Optional<Tag> parse(String word) {
            String folded = CaseFold.of(word);
            int end = folded.length() - SUFFIX.length();
            int dot = folded.indexOf('.', PREFIX.length());
            boolean shaped =
                    folded.startsWith(PREFIX) && folded.endsWith(SUFFIX) && dot > PREFIX.length() && dot + 1 < end;
            return shaped
                    ? Optional.of(new Tag(folded.substring(PREFIX.length(), dot), folded.substring(dot + 1, end)))
                    : Optional.empty();
        }

        @Override
        public String word() {
            return PREFIX + namespace + "." + key + SUFFIX;
        }
    }
}
