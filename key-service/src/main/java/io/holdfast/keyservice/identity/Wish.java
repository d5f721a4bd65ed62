package io.holdfast.keyservice.identity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a user, a group, a dynamic group or a compartment to be; nothing in it is checked yet. In a change,
 * what is null stays.
 *
 * @param email of a user
 * @param externalIdentifier of a user
 * @param matchingRule of a dynamic group
 */
public record Wish(
        @Nullable String name,
        @Nullable String description,
        @Nullable String email,
        @Nullable String externalIdentifier,
        @Nullable String matchingRule,
        @Nullable Map<String, String> freeformTags,
        @Nullable Map<String, Map<String, Object>> definedTags) {

    /** Of what has neither. */
    public Wish(
            @Nullable String name,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {
        this(name, description, null, null, null, freeformTags, definedTags);
    }

    String description(String standing) {
        return description == null ? standing : Names.description(description);
    }

    Map<String, String> freeformTags(Map<String, String> standing) {
        return freeformTags == null ? standing : Names.freeformTags(freeformTags);
    }

    Map<String, Map<String, Object>> definedTags(Map<String, Map<String, Object>> standing) {
        return definedTags == null ? standing : Names.definedTags(definedTags);
    }
}
