package io.holdfast.envelope.wrapped;

import io.holdfast.envelope.jca.HmacSha256;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names a root key without telling anything of it: the first {@value #LENGTH} octets of HMAC-SHA-256 under that key over a
 * fixed label. It stands in the clear in front of what the key seals, in etcd and in logs.
 *
 * <p>Safe to show, since HMAC-SHA-256 under a uniformly random key is a pseudorandom function: who has the output learns
 * neither the key nor any other output, and the label keeps it apart from every other use. What it does allow is to confirm a
 * guess of the whole key, as every sealed thing does. Two of a handful of keys share an id with a chance of about 2^-64;
 * then what one sealed would be tried under the other, and not open.
 */
public record RootKeyId(Bytes value) {
    /** Octets in an id. */
    public static final int LENGTH = 8;

    private static final byte[] LABEL = "holdfast root key id v1".getBytes(StandardCharsets.US_ASCII);

    public RootKeyId {
        if (value.length() != LENGTH) {
            throw new IllegalArgumentException("a root key id has 8 octets");
        }
    }

    /** @param rootKey 32 bytes; stays the caller's */
    public static RootKeyId of(SecretBytes rootKey) {
        return new RootKeyId(
                Bytes.takeOwnershipOf(rootKey.use(key -> Arrays.copyOf(HmacSha256.of(key, LABEL), LENGTH))));
    }

    /** The root key that a sealed thing says it was sealed under; empty for what {@link DekWrapping#seal} cannot have made. */
    public static Optional<RootKeyId> namedIn(Bytes sealed) {
        return DekWrapping.looksSealed(sealed)
                ? Optional.of(new RootKeyId(Bytes.takeOwnershipOf(Arrays.copyOfRange(sealed.toArray(), 1, 1 + LENGTH))))
                : Optional.empty();
    }

    /**
     * @param hex as {@link #toString} writes it
     * @throws IllegalArgumentException when it is not 16 hexadecimal digits
     */
    public static RootKeyId parse(String hex) {
        return new RootKeyId(Bytes.takeOwnershipOf(HexFormat.of().parseHex(hex)));
    }

    /** 16 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(value.toArray());
    }
}
