package io.holdfast.keyservice.vault;

import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;

/** Both halves of an RSA key. */
record RsaPair(PrivateKey privateHalf, RSAPublicKey publicHalf) {

    /** RFC 8017, section 3.1. */
    private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(3);
    /** FIPS 186-5, appendix A.1.1. */
    private static final int MOST_EXPONENT_BITS = 256;
    /** A number that is none passes for a prime once in 2 to the power of this. */
    private static final int CERTAINTY = 100;

    /**
     * Of material that was not made here: such a pair does what is asked of it.
     *
     * @param pkcs8 stays the caller's
     * @throws ProblemException INVALID_PARAMETER as {@link #of}, and when its numbers do not belong together
     */
    static RsaPair adopted(KeyShape shape, SecretBytes pkcs8) {
        RsaPair pair = of(shape, pkcs8);
        if (!(pair.privateHalf instanceof RSAPrivateCrtKey key) || !isConsistent(key)) {
            throw unfit(shape);
        }
        return pair;
    }

    /** RFC 8017, section 3.2. By other numbers the key would sign and decrypt wrongly, or not at all. */
    private static boolean isConsistent(RSAPrivateCrtKey key) {
        BigInteger e = key.getPublicExponent();
        BigInteger p = key.getPrimeP();
        BigInteger q = key.getPrimeQ();
        return e.testBit(0)
                && e.compareTo(LEAST_EXPONENT) >= 0
                && e.bitLength() <= MOST_EXPONENT_BITS
                && p.signum() > 0
                && q.signum() > 0
                && p.multiply(q).equals(key.getModulus())
                && p.isProbablePrime(CERTAINTY)
                && q.isProbablePrime(CERTAINTY)
                && isBelow(key.getModulus(), key.getPrivateExponent())
                && isInverse(e, key.getPrivateExponent(), p.subtract(BigInteger.ONE))
                && isInverse(e, key.getPrivateExponent(), q.subtract(BigInteger.ONE))
                && isBelow(p, key.getPrimeExponentP())
                && isInverse(e, key.getPrimeExponentP(), p.subtract(BigInteger.ONE))
                && isBelow(q, key.getPrimeExponentQ())
                && isInverse(e, key.getPrimeExponentQ(), q.subtract(BigInteger.ONE))
                && isBelow(p, key.getCrtCoefficient())
                && isInverse(q, key.getCrtCoefficient(), p);
    }

    private static boolean isBelow(BigInteger bound, BigInteger number) {
        return number.signum() > 0 && number.compareTo(bound) < 0;
    }

    private static boolean isInverse(BigInteger one, BigInteger other, BigInteger modulus) {
        return one.multiply(other).mod(modulus).equals(BigInteger.ONE);
    }

    /**
     * @param pkcs8 stays the caller's
     * @throws ProblemException INVALID_PARAMETER when it is no RSA private key of that shape in PKCS#8 form (RFC 5208)
     */
    static RsaPair of(KeyShape shape, SecretBytes pkcs8) {
        try {
            if (PublicKeys.privateKey(Algorithm.RSA, pkcs8) instanceof RSAPrivateCrtKey key
                    && key.getModulus().bitLength() == shape.length() * Byte.SIZE) {
                RSAPublicKeySpec spec = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
                return new RsaPair(
                        key, (RSAPublicKey) PublicKeys.factory(Algorithm.RSA).generatePublic(spec));
            }
        } catch (GeneralSecurityException notPkcs8) {
            // Answered below: what is wrong with a private key is not told in detail.
        }
        throw unfit(shape);
    }

    private static ProblemException unfit(KeyShape shape) {
        return ProblemException.invalid(
                "wrappedImportKey.keyMaterial",
                "must hold an RSA private key of " + shape.length() + " bytes in PKCS#8 form");
    }

    @Override
    public String toString() {
        return "RsaPair[redacted]";
    }
}
