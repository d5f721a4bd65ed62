package io.holdfast.envelope.wrapped;

import io.holdfast.envelope.EnvelopeDamaged;

/**
 * How a master key encrypts (OCI KMS, encryptionAlgorithm).
 *
 * <p>Each has an octet of its own in what a vault encrypted; an octet is never given to another.
 */
public enum EncryptionAlgorithm {
    /** Keys of AES, of any length; OCI has one name for the three. */
    AES_256_GCM(1),
    /** RSA-OAEP (RFC 8017, section 7.1) with SHA-1, also in its mask. */
    RSA_OAEP_SHA_1(2),
    /** RSA-OAEP with SHA-256, also in its mask. */
    RSA_OAEP_SHA_256(3);

    private final byte octet;

    EncryptionAlgorithm(int octet) {
        this.octet = (byte) octet;
    }

    byte octet() {
        return octet;
    }

    static EncryptionAlgorithm of(byte octet) {
        for (EncryptionAlgorithm each : values()) {
            if (each.octet == octet) {
                return each;
            }
        }
        throw new EnvelopeDamaged();
    }
}
