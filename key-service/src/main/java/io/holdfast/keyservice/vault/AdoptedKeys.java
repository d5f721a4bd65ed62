package io.holdfast.keyservice.vault;

import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;

/** What every vault asks of material that a customer brings. */
public final class AdoptedKeys {
    private AdoptedKeys() {}

    /**
     * For vaults that look no further into it themselves.
     *
     * @param material stays the caller's
     * @throws ProblemException INVALID_PARAMETER when it is not of that shape, or keys of that shape are not taken
     */
    public static void require(KeyShape shape, SecretBytes material) {
        switch (shape.algorithm()) {
            case AES -> requireLength(shape, material);
            case RSA -> RsaPair.adopted(shape, material);
            case ECDSA -> throw noEcdsa();
        }
    }

    /** @throws ProblemException INVALID_PARAMETER when AES material has not the shape's length */
    static void requireLength(KeyShape shape, SecretBytes material) {
        if (material.length() != shape.length()) {
            throw ProblemException.invalid(
                    "wrappedImportKey.keyMaterial", "must hold a key of " + shape.length() + " bytes");
        }
    }

    static ProblemException noEcdsa() {
        return ProblemException.invalid("keyShape.algorithm", "must be AES or RSA for an imported key");
    }
}
