package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.KeyVersionId;

/** The stored material of a key version cannot be opened. An operator's matter: restore it, or give the right root key. */
public final class MaterialUnusable extends RuntimeException {
    public MaterialUnusable(KeyVersionId version) {
        super("the stored material of key version " + version.value() + " cannot be opened under the root key");
    }
}
