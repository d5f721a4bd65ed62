package io.holdfast.iam.decision;

import io.holdfast.iam.language.Statement;
import java.util.Optional;

/** What a statement does to a request that it fits. */
public enum StatementKind {
    /** Grants within one tenancy. */
    ALLOW("is granted by", "grants"),
    /** Grants the half of the principal's tenancy, where the resource is in another. */
    ENDORSE("is endorsed by", "endorses"),
    /** Grants the half of the resource's tenancy, where the principal is of another. */
    ADMIT("is admitted by", "admits"),
    DENY("is denied by", "denies"),
    DENY_ENDORSE("is denied by", "denies"),
    DENY_ADMIT("is denied by", "denies");

    private final String passive;
    private final String active;

    StatementKind(String passive, String active) {
        this.passive = passive;
        this.active = active;
    }

    /** As in "KEY_READ is granted by policy 'p' statement 1". */
    String passive() {
        return passive;
    }

    /** As in "no statement grants KEY_READ". */
    String active() {
        return active;
    }

    boolean denies() {
        return switch (this) {
            case ALLOW, ENDORSE, ADMIT -> false;
            case DENY, DENY_ENDORSE, DENY_ADMIT -> true;
        };
    }

    /** The kind that takes what this one grants. */
    StatementKind denial() {
        return switch (this) {
            case ALLOW, DENY -> DENY;
            case ENDORSE, DENY_ENDORSE -> DENY_ENDORSE;
            case ADMIT, DENY_ADMIT -> DENY_ADMIT;
        };
    }

    private static StatementKind ofPermitting(Statement.Permitting statement) {
        return switch (statement) {
            case Statement.Allow it -> ALLOW;
            case Statement.Endorse it -> ENDORSE;
            case Statement.Admit it -> ADMIT;
        };
    }

    /** Empty for a definition, which does nothing by itself. */
    static Optional<StatementKind> of(Statement statement) {
        return switch (statement) {
            case Statement.Permitting it -> Optional.of(ofPermitting(it));
            case Statement.Deny(var denied) -> Optional.of(ofPermitting(denied).denial());
            case Statement.Define it -> Optional.empty();
        };
    }
}
