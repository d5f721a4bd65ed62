package io.holdfast.envelope.wrapped;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.xaes.Xaes256Gcm;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A payload under a version of a master key. It names both in the clear, so Secrets can be counted per key version
 * without a key.
 *
 * <pre>
 * wrapped-dek    = header sealed              ; at most 1,024 octets (8,192 for purposes rest and seal)
 * header         = format mode key key-version
 * format         = %x01
 * mode           = %x01                       ; direct: the master key itself wraps
 *                                             ; %x02 is kept for hierarchical: a wrapped KEK travels inside
 * key            = length ocid                ; OCID of type key
 * key-version    = length ocid                ; OCID of type keyversion
 * length         = OCTET                      ; of the ocid that follows
 * sealed         = nonce ciphertext tag       ; XAES-256-GCM: 24, as long as the payload, 16 octets
 * </pre>
 *
 * <p>The names are a claim until {@link DekWrapping#unwrap} succeeds: the encryption binds the header.
 *
 * @param header who wrapped it
 * @param sealed nonce, ciphertext and tag
 */
public record WrappedDek(Header header, Bytes sealed) {
    /** The longest wrapped data encryption key, in bytes: KMS v2's limit. */
    public static final int MAX_LENGTH = Purpose.DEK.maxLength();

    private static final byte FORMAT = 1;
    private static final byte DIRECT = 1;

    /**
     * The names in front.
     *
     * @param keyId the master key
     * @param keyVersionId its version
     */
    public record Header(KeyId keyId, KeyVersionId keyVersionId) {
        byte[] encode() {
            byte[] key = keyId.value().getBytes(StandardCharsets.US_ASCII);
            byte[] version = keyVersionId.value().getBytes(StandardCharsets.US_ASCII);
            return ByteBuffer.allocate(4 + key.length + version.length)
                    .put(FORMAT)
                    .put(DIRECT)
                    .put((byte) key.length)
                    .put(key)
                    .put((byte) version.length)
                    .put(version)
                    .array();
        }
    }

    public KeyId keyId() {
        return header.keyId();
    }

    public KeyVersionId keyVersionId() {
        return header.keyVersionId();
    }

    /** The bytes as stored. {@code parse(encode())} equals this. */
    public Bytes encode() {
        byte[] front = header.encode();
        return Bytes.takeOwnershipOf(ByteBuffer.allocate(front.length + sealed.length())
                .put(front)
                .put(sealed.toArray())
                .array());
    }

    /**
     * Takes a wrapped data encryption key apart, without a key.
     *
     * @throws EnvelopeDamaged when it has not the form above, is of another format or mode, or longer than
     *     {@link #MAX_LENGTH}
     */
    public static WrappedDek parse(Bytes wrapped) {
        return parse(wrapped, Purpose.DEK);
    }

    /** Like {@link #parse(Bytes)}, within the length of another purpose. */
    public static WrappedDek parse(Bytes wrapped, Purpose purpose) {
        if (wrapped.length() > purpose.maxLength() || wrapped.length() < 2) {
            throw new EnvelopeDamaged();
        }
        byte[] bytes = wrapped.toArray();
        if (bytes[0] != FORMAT || bytes[1] != DIRECT) {
            throw new EnvelopeDamaged();
        }
        KeyId key = ocid(bytes, 2, KeyId::new);
        int versionAt = 3 + key.value().length();
        KeyVersionId version = ocid(bytes, versionAt, KeyVersionId::new);
        int sealedAt = versionAt + 1 + version.value().length();
        if (!purpose.fits(bytes.length - sealedAt - Xaes256Gcm.OVERHEAD)) {
            throw new EnvelopeDamaged();
        }
        return new WrappedDek(
                new Header(key, version), Bytes.takeOwnershipOf(Arrays.copyOfRange(bytes, sealedAt, bytes.length)));
    }

    private static <T extends Ocid> T ocid(byte[] bytes, int at, Function<String, T> type) {
        if (at >= bytes.length) {
            throw new EnvelopeDamaged();
        }
        int length = bytes[at] & 0xff;
        if (length > bytes.length - at - 1) {
            throw new EnvelopeDamaged();
        }
        try {
            return type.apply(new String(bytes, at + 1, length, StandardCharsets.ISO_8859_1));
        } catch (ProblemException e) {
            throw new EnvelopeDamaged();
        }
    }
}
