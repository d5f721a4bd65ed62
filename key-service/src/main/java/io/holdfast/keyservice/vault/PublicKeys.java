package io.holdfast.keyservice.vault;

import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The public half of a key version as PEM, "PUBLIC KEY" of RFC 7468, section 13. */
public final class PublicKeys {
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private PublicKeys() {}

    static String pem(PublicKey key) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return BEGIN + "\n" + lines.encodeToString(key.getEncoded()) + "\n" + END + "\n";
    }

    /** Reads back what {@link #pem} wrote. */
    public static PublicKey parse(String pem, KeyShape.Algorithm algorithm) {
        try {
            return read(pem, algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a stored public key can't be read", e);
        }
    }

    /**
     * The public key of a PEM that a client sent.
     *
     * @throws GeneralSecurityException when it is no RSA public key in PEM
     */
    public static RSAPublicKey parseRsa(String pem) throws GeneralSecurityException {
        return (RSAPublicKey) read(pem, KeyShape.Algorithm.RSA);
    }

    /**
     * A public key of RSA or ECDSA that another vault wrote, as {@link #pem} writes it.
     *
     * @throws GeneralSecurityException when it is none
     */
    public static String respell(String pem) throws GeneralSecurityException {
        try {
            return pem(read(pem, KeyShape.Algorithm.RSA));
        } catch (GeneralSecurityException notRsa) {
            return pem(read(pem, KeyShape.Algorithm.ECDSA));
        }
    }

    private static PublicKey read(String pem, KeyShape.Algorithm algorithm) throws GeneralSecurityException {
        String text = pem.strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() < BEGIN.length() + END.length()) {
            throw new InvalidKeySpecException("no PEM of a public key");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length()));
            return factory(algorithm).generatePublic(new X509EncodedKeySpec(der));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("no base64 in the PEM", e);
        }
    }

    /** A private key of its PKCS#8 form. */
    public static PrivateKey privateKey(KeyShape.Algorithm algorithm, SecretBytes pkcs8)
            throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = pkcs8.use(PKCS8EncodedKeySpec::new);
        return factory(algorithm).generatePrivate(spec);
    }

    static KeyFactory factory(KeyShape.Algorithm algorithm) {
        try {
            return KeyFactory.getInstance(
                    switch (algorithm) {
                        case RSA -> "RSA";
                        case ECDSA -> "EC";
                        case AES -> throw new IllegalArgumentException("an AES key has no public half");
                    });
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, e);
        }
    }
}
