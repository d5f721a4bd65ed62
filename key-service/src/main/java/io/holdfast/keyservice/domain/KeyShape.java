package io.holdfast.keyservice.domain;

import io.holdfast.kernel.ProblemException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Algorithm and size of a master key (OCI KMS, KeyShape).
 *
 * @param algorithm of the key
 * @param length in bytes: of an AES key, of an RSA modulus, of an ECDSA field element
 */
public record KeyShape(Algorithm algorithm, int length) {

    public static final KeyShape AES_256 = new KeyShape(Algorithm.AES, 32);

    public enum Algorithm {
        AES("16, 24 or 32"),
        RSA("256, 384 or 512"),
        ECDSA("32, 48 or 66");

        private final String lengths;

        Algorithm(String lengths) {
            this.lengths = lengths;
        }

        /** Whether a key of this algorithm can encrypt, and so protect data keys. */
        public boolean encrypts() {
            return this != ECDSA;
        }

        /** Whether a key of this algorithm signs. */
        public boolean signs() {
            return this != AES;
        }

        private boolean has(int length) {
            return switch (this) {
                case AES -> length == 16 || length == 24 || length == 32;
                case RSA -> length == 256 || length == 384 || length == 512;
                case ECDSA -> length == 32 || length == 48 || length == 66;
            };
        }
    }

    /** A NIST curve (OCI KMS, curveId). */
    public enum Curve {
        NIST_P256(32, "secp256r1"),
        NIST_P384(48, "secp384r1"),
        NIST_P521(66, "secp521r1");

        private final int length;
        private final String standardName;

        Curve(int length, String standardName) {
            this.length = length;
            this.standardName = standardName;
        }

        /** As JCA names it. */
        public String standardName() {
            return standardName;
        }
    }

    public KeyShape {
        if (!algorithm.has(length)) {
            throw new IllegalArgumentException("no " + algorithm + " key has " + length + " bytes");
        }
    }

    /**
     * The shape that a request asks for. The curve may be left out, as the length says it; given, it must be the length's.
     *
     * @throws ProblemException INVALID_PARAMETER when there is no such shape
     */
    public static KeyShape of(Algorithm algorithm, int length, @Nullable Curve curve) {
        if (!algorithm.has(length)) {
            throw ProblemException.invalid(
                    "keyShape.length", "must be " + algorithm.lengths + " (bytes) for " + algorithm);
        }
        if (curve != null && algorithm != Algorithm.ECDSA) {
            throw ProblemException.invalid("keyShape.curveId", "is for ECDSA keys only");
        }
        if (curve != null && curve.length != length) {
            throw ProblemException.invalid("keyShape.curveId", "has keys of " + curve.length + " bytes, not " + length);
        }
        return new KeyShape(algorithm, length);
    }

    /** The curve of an ECDSA key. */
    public Optional<Curve> curve() {
        if (algorithm != Algorithm.ECDSA) {
            return Optional.empty();
        }
        for (Curve curve : Curve.values()) {
            if (curve.length == length) {
                return Optional.of(curve);
            }
        }
        throw new IllegalStateException("an ECDSA key of " + length + " bytes");
    }

    @Override
    public String toString() {
        return algorithm + " of " + length + " bytes";
    }
}
