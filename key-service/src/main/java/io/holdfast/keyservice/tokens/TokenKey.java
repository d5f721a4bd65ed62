package io.holdfast.keyservice.tokens;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** A P-256 key that signs tokens with ES256 (RFC 7518, section 3.4). Thread safe. */
final class TokenKey {
    /** Bytes of an ES256 signature: two 32-byte integers. */
    static final int SIGNATURE = 64;

    private static final String ES256 = "SHA256withECDSAinP1363Format";
    private static final int COORDINATE = 32;

    private final String id;
    private final ECPublicKey publicKey;
    private final PrivateKey privateKey;

    private TokenKey(ECPublicKey publicKey, PrivateKey privateKey) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
        this.id = thumbprint(publicKey);
    }

    static TokenKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            return new TokenKey((ECPublicKey) pair.getPublic(), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    /**
     * @param spki DER SubjectPublicKeyInfo
     * @param pkcs8 DER PrivateKeyInfo; stays the caller's
     */
    static TokenKey of(byte[] spki, byte[] pkcs8) {
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new TokenKey(
                    (ECPublicKey) factory.generatePublic(new X509EncodedKeySpec(spki)),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the stored token signing key is no P-256 key", e);
        }
    }

    /** The JWK thumbprint (RFC 7638): names the key in a token's header. */
    String id() {
        return id;
    }

    byte[] spki() {
        return publicKey.getEncoded();
    }

    /** A fresh copy of the private half; the caller wipes it. */
    byte[] pkcs8() {
        return privateKey.getEncoded();
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(ES256);
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing a token failed", e);
        }
    }

    boolean verifies(byte[] message, byte[] signed) {
        if (signed.length != SIGNATURE) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ES256);
            signature.initVerify(publicKey);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // Integers out of range, for example zero: it does not hold.
            return false;
        }
    }

    private static String thumbprint(ECPublicKey key) {
        // The members in the order that RFC 7638 demands, without spaces.
        String jwk = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                + coordinate(key.getW().getAffineX()) + "\",\"y\":\""
                + coordinate(key.getW().getAffineY()) + "\"}";
        try {
            return base64(MessageDigest.getInstance("SHA-256").digest(jwk.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[COORDINATE];
        int length = Math.min(bytes.length, COORDINATE);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
        return base64(fixed);
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "TokenKey[" + id + "]";
    }
}
