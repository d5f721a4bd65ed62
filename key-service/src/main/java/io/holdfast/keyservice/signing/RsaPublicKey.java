package io.holdfast.keyservice.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The public half of an API key or a session key: RSA of {@value #MIN_BITS} to {@value #MAX_BITS} bits. Immutable. */
public final class RsaPublicKey {
    public static final int MIN_BITS = 2_048;
    public static final int MAX_BITS = 8_192;
    /** Characters of a PEM that is read at all. */
    public static final int MAX_PEM = 8_192;

    private static final BigInteger MIN_EXPONENT = BigInteger.valueOf(65_537);
    private static final int MAX_EXPONENT_BITS = 64;
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----[^-]*");

    /** Bits from one usual length of a key to the next. */
    private static final int STEP = 1_024;
    /** By the bytes of a signature. */
    private static final Map<Integer, RsaPublicKey> NOBODYS = IntStream.iterate(
                    MIN_BITS, bits -> bits <= MAX_BITS, bits -> bits + STEP)
            .boxed()
            .collect(Collectors.toUnmodifiableMap(
                    bits -> bits / Byte.SIZE,
                    bits -> of(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.valueOf(159)), MIN_EXPONENT)));

    private final RSAPublicKey key;
    private final byte[] der;

    private RsaPublicKey(RSAPublicKey key, byte[] der) {
        this.key = key;
        this.der = der;
    }

    /**
     * Reads a PEM as {@code openssl rsa -pubout} and the {@code oci} CLI write it. Text after the block is ignored: the CLI
     * appends a label.
     *
     * @throws IllegalArgumentException with a sentence for the owner of the key
     */
    public static RsaPublicKey fromPem(String pem) {
        if (pem.length() > MAX_PEM) {
            throw new IllegalArgumentException("the public key is longer than " + MAX_PEM + " characters");
        }
        Matcher matcher = PEM.matcher(pem);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("the public key is not a PEM block 'PUBLIC KEY'");
        }
        try {
            return fromDer(Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", "")));
        } catch (InvalidKeySpecException e) {
            throw new IllegalArgumentException("the public key is not an RSA key", e);
        }
    }

    /**
     * Reads a DER SubjectPublicKeyInfo.
     *
     * @throws IllegalArgumentException when the key is too weak or too long
     */
    static RsaPublicKey fromDer(byte[] der) throws InvalidKeySpecException {
        return of(new X509EncodedKeySpec(der));
    }

    /**
     * A key by its two numbers.
     *
     * @throws IllegalArgumentException when the key is too weak or too long
     */
    public static RsaPublicKey of(BigInteger modulus, BigInteger exponent) {
        try {
            return of(new RSAPublicKeySpec(modulus, exponent));
        } catch (InvalidKeySpecException e) {
            throw new IllegalArgumentException("the public key is not an RSA key", e);
        }
    }

    private static RsaPublicKey of(KeySpec spec) throws InvalidKeySpecException {
        RSAPublicKey key;
        try {
            key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no RSA", e);
        }
        int bits = key.getModulus().bitLength();
        if (bits < MIN_BITS || bits > MAX_BITS) {
            throw new IllegalArgumentException(
                    "the public key has " + bits + " bits; " + MIN_BITS + " to " + MAX_BITS + " are accepted");
        }
        BigInteger exponent = key.getPublicExponent();
        if (exponent.compareTo(MIN_EXPONENT) < 0 || exponent.bitLength() > MAX_EXPONENT_BITS || !exponent.testBit(0)) {
            throw new IllegalArgumentException("the public key has an unusual exponent");
        }
        return new RsaPublicKey(key, key.getEncoded());
    }

    /** Lower-case colon hex MD5 of the DER SubjectPublicKeyInfo, as OCI names keys. It identifies; nothing rests on it. */
    public String fingerprint() {
        try {
            return HexFormat.ofDelimiter(":")
                    .formatHex(MessageDigest.getInstance("MD5").digest(der));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no MD5", e);
        }
    }

    public BigInteger modulus() {
        return key.getModulus();
    }

    public BigInteger exponent() {
        return key.getPublicExponent();
    }

    /** The key in one canonical PEM. */
    public String toPem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
    }

    /**
     * Nobody's key, of a signature's length: it takes as long as another to find that the signature is not its. Empty for a
     * length that no usual key has.
     */
    static Optional<RsaPublicKey> nobodys(byte[] signature) {
        return Optional.ofNullable(NOBODYS.get(signature.length));
    }

    /** Whether a signature has the length of this key's. */
    boolean fits(byte[] signature) {
        return fits(key, signature);
    }

    private static boolean fits(RSAPublicKey key, byte[] signature) {
        return signature.length == (key.getModulus().bitLength() + 7) / 8;
    }

    /** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2). */
    boolean verifies(byte[] message, byte[] signature) {
        return verifies(key, message, signature);
    }

    static boolean verifies(RSAPublicKey key, byte[] message, byte[] signature) {
        if (!fits(key, signature)) {
            return false;
        }
        try {
            Signature rsa = Signature.getInstance("SHA256withRSA");
            rsa.initVerify(key);
            rsa.update(message);
            return rsa.verify(signature);
        } catch (GeneralSecurityException e) {
            // Not well formed for this key: it does not hold.
            return false;
        }
    }
}
