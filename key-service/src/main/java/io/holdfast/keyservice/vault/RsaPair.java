package io.holdfast.keyservice.vault;

import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;

/** Both halves of an RSA key. */
record RsaPair(PrivateKey privateHalf, RSAPublicKey publicHalf) {

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
        throw ProblemException.invalid(
                "wrappedImportKey.keyMaterial",
                "must hold an RSA private key of " + shape.length() + " bytes in PKCS#8 form");
    }

    @Override
    public String toString() {
        return "RsaPair[redacted]";
    }
}
