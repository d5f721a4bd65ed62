package io.holdfast.keyservice.domain;

/**
 * Algorithm and size of a master key (OCI KMS, KeyShape).
 *
 * @param algorithm of the key
 * @param length in bytes
 */
public record KeyShape(Algorithm algorithm, int length) {

    /** The one shape that the built-in vault makes today. */
    public static final KeyShape AES_256 = new KeyShape(Algorithm.AES, 32);

    public enum Algorithm {
        AES,
        RSA,
        ECDSA;

        /** Whether a key of this algorithm can encrypt, and so protect data keys. */
        public boolean encrypts() {
            return this != ECDSA;
        }
    }
}
