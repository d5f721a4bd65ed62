package io.holdfast.secretservice.kubernetes.model;

import java.util.List;
import java.util.Optional;

/** The kinds that an endpoint serves, all of the core group's version v1. */
public enum ResourceKind {
    SECRET("secrets", "secret", "Secret", true, List.of()),
    NAMESPACE("namespaces", "namespace", "Namespace", false, List.of("ns"));

    private final String plural;
    private final String singular;
    private final String kind;
    private final boolean namespaced;
    /** Unmodifiable. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> shortNames;

    ResourceKind(String plural, String singular, String kind, boolean namespaced, List<String> shortNames) {
        this.plural = plural;
        this.singular = singular;
        this.kind = kind;
        this.namespaced = namespaced;
        this.shortNames = shortNames;
    }

    /** As it stands in paths. */
    public String plural() {
        return plural;
    }

    public String singular() {
        return singular;
    }

    public String kind() {
        return kind;
    }

    public boolean namespaced() {
        return namespaced;
    }

    public List<String> shortNames() {
        return shortNames;
    }

    public static Optional<ResourceKind> ofPlural(String plural) {
        for (ResourceKind kind : values()) {
            if (kind.plural.equals(plural)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
