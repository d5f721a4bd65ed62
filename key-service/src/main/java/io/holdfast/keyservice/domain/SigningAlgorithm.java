package io.holdfast.keyservice.domain;

import io.holdfast.keyservice.domain.KeyShape.Algorithm;

/**
 * How a master key signs (OCI KMS, signingAlgorithm). PSS uses MGF1 with the same hash and a salt as long as its digest;
 * ECDSA signatures are DER (RFC 3279, Ecdsa-Sig-Value).
 */
public enum SigningAlgorithm {
    SHA_224_RSA_PKCS_PSS(Scheme.PSS, "SHA-224", 28),
    SHA_256_RSA_PKCS_PSS(Scheme.PSS, "SHA-256", 32),
    SHA_384_RSA_PKCS_PSS(Scheme.PSS, "SHA-384", 48),
    SHA_512_RSA_PKCS_PSS(Scheme.PSS, "SHA-512", 64),
    SHA_224_RSA_PKCS1_V1_5(Scheme.PKCS1, "SHA-224", 28),
    SHA_256_RSA_PKCS1_V1_5(Scheme.PKCS1, "SHA-256", 32),
    SHA_384_RSA_PKCS1_V1_5(Scheme.PKCS1, "SHA-384", 48),
    SHA_512_RSA_PKCS1_V1_5(Scheme.PKCS1, "SHA-512", 64),
    ECDSA_SHA_256(Scheme.ECDSA, "SHA-256", 32),
    ECDSA_SHA_384(Scheme.ECDSA, "SHA-384", 48),
    ECDSA_SHA_512(Scheme.ECDSA, "SHA-512", 64);

    public enum Scheme {
        PSS,
        PKCS1,
        ECDSA
    }

    private final Scheme scheme;
    private final String hash;
    private final int digestLength;

    SigningAlgorithm(Scheme scheme, String hash, int digestLength) {
        this.scheme = scheme;
        this.hash = hash;
        this.digestLength = digestLength;
    }

    public Scheme scheme() {
        return scheme;
    }

    /** As JCA's MessageDigest names it. */
    public String hash() {
        return hash;
    }

    /** Bytes in the hash. */
    public int digestLength() {
        return digestLength;
    }

    /** Whether keys of this shape sign so. */
    public boolean fits(KeyShape shape) {
        return shape.algorithm() == (scheme == Scheme.ECDSA ? Algorithm.ECDSA : Algorithm.RSA);
    }
}
