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
 * header         = direct / hierarchical / by-vault
 * direct         = format %x01 names          ; the master key itself wraps
 * hierarchical   = format %x02 names kek      ; a KEK wraps, which travels inside, wrapped by the vault
 * by-vault       = format %x03 names algorithm
 * format         = %x01
 * names          = key key-version
 * key            = length ocid                ; OCID of type key
 * key-version    = length ocid                ; OCID of type keyversion
 * length         = OCTET                      ; of the ocid that follows
 * algorithm      = OCTET                      ; see EncryptionAlgorithm
 * kek            = kek-length kek-means sealed ; a wrapped-dek of purpose kek, its format and names left out
 * kek-length     = 2OCTET                     ; of kek-means and sealed
 * kek-means      = %x01 / (%x03 algorithm)    ; direct or by-vault
 * sealed         = nonce ciphertext tag       ; XAES-256-GCM: 24, as long as the payload, 16 octets
 *                / 1*OCTET                    ; by-vault: what the vault made
 * </pre>
 *
 * <p>Lengths have the most significant octet first. The names are a claim until it is unwrapped: the encryption binds the
 * header.
 *
 * @param header who wrapped it, and how
 * @param sealed what was made of the payload
 */
public record WrappedDek(Header header, Bytes sealed) {
    /** The longest wrapped data encryption key, in bytes: KMS v2's limit. */
    public static final int MAX_LENGTH = Purpose.DEK.maxLength();

    private static final byte FORMAT = 1;
    private static final byte DIRECT = 1;
    private static final byte HIERARCHICAL = 2;
    private static final byte BY_VAULT = 3;

    /**
     * What stands in front.
     *
     * @param keyId the master key
     * @param keyVersionId its version
     * @param means how that version protects the payload
     */
    public record Header(KeyId keyId, KeyVersionId keyVersionId, Means means) {
        /** Of a direct wrap. */
        public Header(KeyId keyId, KeyVersionId keyVersionId) {
            this(keyId, keyVersionId, new Means.Direct());
        }

        /**
         * The KEK that wraps, as it travels.
         *
         * @throws IllegalStateException when this is not hierarchical
         */
        public Means.Hierarchical kek() {
            if (means instanceof Means.Hierarchical hierarchical) {
                return hierarchical;
            }
            throw new IllegalStateException(
                    "no KEK travels in a " + means.getClass().getSimpleName());
        }

        /**
         * The KEK that wraps, itself wrapped by the key version that this names.
         *
         * @throws IllegalStateException when this is not hierarchical
         */
        public WrappedDek wrappedKek() {
            byte[] kek = kek().kek().toArray();
            Means ofKek = kekMeans(kek);
            return new WrappedDek(
                    new Header(keyId, keyVersionId, ofKek),
                    Bytes.takeOwnershipOf(Arrays.copyOfRange(kek, kekFront(ofKek).length, kek.length)));
        }

        byte[] encode() {
            byte[] key = keyId.value().getBytes(StandardCharsets.US_ASCII);
            byte[] version = keyVersionId.value().getBytes(StandardCharsets.US_ASCII);
            byte[] rest =
                    switch (means) {
                        case Means.Direct direct -> new byte[0];
                        case Means.ByVault vault ->
                            new byte[] {vault.algorithm().octet()};
                        case Means.Hierarchical hierarchical -> prefixed(hierarchical.kek());
                    };
            return ByteBuffer.allocate(4 + key.length + version.length + rest.length)
                    .put(FORMAT)
                    .put(mode(means))
                    .put((byte) key.length)
                    .put(key)
                    .put((byte) version.length)
                    .put(version)
                    .put(rest)
                    .array();
        }

        private static byte[] prefixed(Bytes kek) {
            return ByteBuffer.allocate(2 + kek.length())
                    .putShort((short) kek.length())
                    .put(kek.toArray())
                    .array();
        }
    }

    private static byte mode(Means means) {
        return switch (means) {
            case Means.Direct direct -> DIRECT;
            case Means.Hierarchical hierarchical -> HIERARCHICAL;
            case Means.ByVault vault -> BY_VAULT;
        };
    }

    public KeyId keyId() {
        return header.keyId();
    }

    public KeyVersionId keyVersionId() {
        return header.keyVersionId();
    }

    /**
     * How this, a wrapped KEK, stands in what it wraps.
     *
     * @throws IllegalStateException when this is itself hierarchical
     */
    public Means.Hierarchical asKek() {
        byte[] front = kekFront(header.means());
        return new Means.Hierarchical(Bytes.takeOwnershipOf(ByteBuffer.allocate(front.length + sealed.length())
                .put(front)
                .put(sealed.toArray())
                .array()));
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
        if (bytes[0] != FORMAT) {
            throw new EnvelopeDamaged();
        }
        KeyId key = ocid(bytes, 2, KeyId::new);
        int versionAt = 3 + key.value().length();
        KeyVersionId version = ocid(bytes, versionAt, KeyVersionId::new);
        int restAt = versionAt + 1 + version.value().length();
        Means means = means(bytes, restAt);
        int sealedAt =
                switch (means) {
                    case Means.Direct direct -> restAt;
                    case Means.ByVault vault -> restAt + 1;
                    case Means.Hierarchical hierarchical ->
                        restAt + 2 + hierarchical.kek().length();
                };
        requireFits(means, purpose, bytes.length - sealedAt);
        return new WrappedDek(
                new Header(key, version, means),
                Bytes.takeOwnershipOf(Arrays.copyOfRange(bytes, sealedAt, bytes.length)));
    }

    private static Means means(byte[] bytes, int at) {
        return switch (bytes[1]) {
            case DIRECT -> new Means.Direct();
            case BY_VAULT -> new Means.ByVault(algorithm(bytes, at));
            case HIERARCHICAL -> {
                if (at + 2 > bytes.length) {
                    throw new EnvelopeDamaged();
                }
                int length = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
                if (length > bytes.length - at - 2) {
                    throw new EnvelopeDamaged();
                }
                byte[] kek = Arrays.copyOfRange(bytes, at + 2, at + 2 + length);
                Means means = kekMeans(kek);
                requireFits(means, Purpose.KEK, kek.length - kekFront(means).length);
                yield new Means.Hierarchical(Bytes.takeOwnershipOf(kek));
            }
            default -> throw new EnvelopeDamaged();
        };
    }

    /** Only a vault knows how long what it made must be. */
    private static void requireFits(Means means, Purpose purpose, int sealed) {
        boolean fits = means instanceof Means.ByVault ? sealed > 0 : purpose.fits(sealed - Xaes256Gcm.OVERHEAD);
        if (!fits) {
            throw new EnvelopeDamaged();
        }
    }

    /** kek-means: what stands in front of a KEK that travels. */
    private static byte[] kekFront(Means means) {
        return switch (means) {
            case Means.Direct direct -> new byte[] {DIRECT};
            case Means.ByVault vault -> new byte[] {BY_VAULT, vault.algorithm().octet()};
            case Means.Hierarchical hierarchical ->
                throw new IllegalStateException("a KEK is wrapped by its master key, not by another KEK");
        };
    }

    /** Reads back what {@link #kekFront} wrote. */
    private static Means kekMeans(byte[] kek) {
        if (kek.length == 0) {
            throw new EnvelopeDamaged();
        }
        return switch (kek[0]) {
            case DIRECT -> new Means.Direct();
            case BY_VAULT -> new Means.ByVault(algorithm(kek, 1));
            default -> throw new EnvelopeDamaged();
        };
    }

    private static EncryptionAlgorithm algorithm(byte[] bytes, int at) {
        if (at >= bytes.length) {
            throw new EnvelopeDamaged();
        }
        return EncryptionAlgorithm.of(bytes[at]);
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
