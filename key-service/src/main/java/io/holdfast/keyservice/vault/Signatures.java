package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;

/**
 * Signatures over a digest that is already made: RSA of PKCS#1 v1.5 and ECDSA through JCA, PSS through BouncyCastle, as
 * JCA has no PSS over a digest (RFC 8017, sections 8.1 and 8.2; FIPS 186-5).
 */
public final class Signatures {
    private Signatures() {}

    /** The digest of a message by the algorithm's hash. */
    public static byte[] digest(SigningAlgorithm algorithm, byte[] message) {
        try {
            return MessageDigest.getInstance(algorithm.hash()).digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no " + algorithm.hash(), e);
        }
    }

    /**
     * @throws ProblemException INVALID_PARAMETER when keys of this shape don't sign by this algorithm
     */
    public static void requireFits(KeyShape shape, SigningAlgorithm algorithm) {
        if (!shape.algorithm().signs()) {
            throw ProblemException.invalid("keyId", "names an AES key, which encrypts and can't sign");
        }
        if (!algorithm.fits(shape)) {
            throw ProblemException.invalid("signingAlgorithm", "is not for a key of " + shape.algorithm());
        }
    }

    /**
     * @param rsa the public half, of an RSA key
     * @throws GeneralSecurityException when the holder of the key did not sign
     */
    static Bytes sign(
            JcaKey<? extends PrivateKey> key, Optional<RSAPublicKey> rsa, SigningAlgorithm algorithm, byte[] digest)
            throws GeneralSecurityException {
        return Bytes.takeOwnershipOf(
                switch (algorithm.scheme()) {
                    // A private key "encrypts" with block type 1, which is what a signature is.
                    case PKCS1 ->
                        key.cipher("RSA/ECB/PKCS1Padding", Cipher.ENCRYPT_MODE).doFinal(digestInfo(algorithm, digest));
                    case ECDSA -> {
                        Signature signature = key.signature("NONEwithECDSA");
                        signature.initSign(key.key());
                        signature.update(digest);
                        yield signature.sign();
                    }
                    case PSS -> signPss(key, rsa.orElseThrow(), algorithm, digest);
                });
    }

    private static byte[] signPss(
            JcaKey<? extends PrivateKey> key, RSAPublicKey rsa, SigningAlgorithm algorithm, byte[] digest)
            throws GeneralSecurityException {
        int bits = rsa.getModulus().bitLength();
        PSSSigner signer = pss(algorithm, new RawRsa(key, (bits + Byte.SIZE - 1) / Byte.SIZE));
        // The signer reads the modulus' length only; the private operation is RawRsa's.
        signer.init(true, parameters(rsa));
        signer.update(digest, 0, digest.length);
        try {
            return signer.generateSignature();
        } catch (RawRsa.RsaFailed e) {
            throw e.failure();
        } catch (CryptoException e) {
            throw new GeneralSecurityException("the digest does not fit the key", e);
        }
    }

    private static RSAKeyParameters parameters(RSAPublicKey rsa) {
        return new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent());
    }

    /** Whether the signature is this key's over this digest. Anything that is no signature is answered false. */
    public static boolean verify(PublicKey key, SigningAlgorithm algorithm, byte[] digest, byte[] signature) {
        try {
            return switch (algorithm.scheme()) {
                case PKCS1 -> {
                    // Compare whole: nothing is parsed out of what the signer sent.
                    Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                    cipher.init(Cipher.DECRYPT_MODE, key);
                    yield MessageDigest.isEqual(digestInfo(algorithm, digest), cipher.doFinal(signature));
                }
                case ECDSA -> {
                    Signature check = Signature.getInstance("NONEwithECDSA");
                    check.initVerify(key);
                    check.update(digest);
                    yield check.verify(signature);
                }
                case PSS -> {
                    PSSSigner check = pss(algorithm, new RSABlindedEngine());
                    check.init(false, parameters((RSAPublicKey) key));
                    check.update(digest, 0, digest.length);
                    yield check.verifySignature(signature);
                }
            };
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("a stored public key does not verify", e);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static PSSSigner pss(SigningAlgorithm algorithm, AsymmetricBlockCipher rsa) {
        return PSSSigner.createRawSigner(
                rsa, hash(algorithm), hash(algorithm), algorithm.digestLength(), PSSSigner.TRAILER_IMPLICIT);
    }

    private static Digest hash(SigningAlgorithm algorithm) {
        return switch (algorithm.digestLength()) {
            case 28 -> new SHA224Digest();
            case 32 -> new SHA256Digest();
            case 48 -> new SHA384Digest();
            default -> new SHA512Digest();
        };
    }

    /** DigestInfo (RFC 8017, section 9.2, note 1). */
    static byte[] digestInfo(SigningAlgorithm algorithm, byte[] digest) {
        ASN1ObjectIdentifier hash =
                switch (algorithm.digestLength()) {
                    case 28 -> NISTObjectIdentifiers.id_sha224;
                    case 32 -> NISTObjectIdentifiers.id_sha256;
                    case 48 -> NISTObjectIdentifiers.id_sha384;
                    default -> NISTObjectIdentifiers.id_sha512;
                };
        try {
            return new DigestInfo(new AlgorithmIdentifier(hash, DERNull.INSTANCE), digest).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("a DigestInfo can't be written", e);
        }
    }
}
