package io.holdfast.iam.language;

import java.util.List;

/** What a statement gives: a verb on a resource type, or permissions by name. */
public sealed interface Action {

    /**
     * A verb on a resource type.
     *
     * @param resourceType a single type, a family or {@code all-resources}, in lower case
     */
    record OnResources(Verb verb, String resourceType) implements Action {
        public OnResources {
            resourceType = CaseFold.of(Words.requireWord(resourceType));
        }
    }

    /**
     * Permissions by name.
     *
     * @param names in upper case, as {@code KEY_ENCRYPT}
     */
    record Permissions(List<String> names) implements Action {
        public Permissions {
            names = Words.atLeastOne(names).stream()
                    .map(name -> CaseFold.upper(Words.requireWord(name)))
                    .toList();
        }
    }
}
