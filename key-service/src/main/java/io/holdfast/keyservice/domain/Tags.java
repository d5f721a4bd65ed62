package io.holdfast.keyservice.domain;

import java.util.Map;

/**
 * What users pin to a resource; Holdfast keeps it and reads nothing from it.
 *
 * @param freeform name to value
 * @param defined namespace to name to value
 */
public record Tags(Map<String, String> freeform, Map<String, Map<String, Object>> defined) {
    public static final Tags NONE = new Tags(Map.of(), Map.of());

    public Tags {
        freeform = Map.copyOf(freeform);
        defined = Map.copyOf(defined);
    }
}
