package io.holdfast.secretservice.domain;

/** Why the use of a master key is withheld; the names are those of the access contract. */
public enum Denial {
    KEY_DISABLED(false, true),
    KEY_PENDING_DELETION(false, true),
    KEY_DELETED(true, true),
    POLICY(false, true),
    BINDING_RELEASED(false, true),
    /** The vault does not answer: nobody has withdrawn anything, so the fence stays as it is. */
    VAULT_UNAVAILABLE(false, false);

    private final boolean permanent;
    private final boolean blocks;

    Denial(boolean permanent, boolean blocks) {
        this.permanent = permanent;
        this.blocks = blocks;
    }

    /** Whether access can never return. */
    public boolean permanent() {
        return permanent;
    }

    /** Whether somebody has withdrawn access, as opposed to a part that does not answer. */
    public boolean blocks() {
        return blocks;
    }

    /**
     * @param name as in the contract; a name that this version does not know counts as POLICY: withheld, and not for good
     */
    public static Denial of(String name) {
        for (Denial denial : values()) {
            if (denial.name().equals(name)) {
                return denial;
            }
        }
        return POLICY;
    }
}
