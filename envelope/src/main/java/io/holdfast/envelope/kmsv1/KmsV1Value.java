package io.holdfast.envelope.kmsv1;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A value as Kubernetes' KMS v1 provider stores it in etcd, taken apart (kubernetes/apiserver,
 * {@code pkg/storage/value/encrypt/envelope}).
 *
 * <pre>
 * stored-value   = "k8s:enc:kms:v1:" provider ":" wrapped-length wrapped-dek data
 * provider       = 1*255provider-char
 * provider-char  = %x21-39 / %x3B-7E          ; printable ASCII without ":"
 * wrapped-length = 2OCTET                     ; length of wrapped-dek, most significant octet first
 * wrapped-dek    = *65535OCTET                ; what the KMS answered to Encrypt, unchanged
 * data           = *OCTET                     ; AES-CBC form: IV(16) and whole blocks
 * </pre>
 *
 * <p>The framing authenticates nothing: whether the data belongs to the wrapped DEK shows when it is opened.
 *
 * @param provider the provider's name in the EncryptionConfiguration; Holdfast's own is {@link #HOLDFAST}
 * @param wrappedDek the encrypted data encryption key, at most 65,535 bytes
 * @param data what the data encryption key encrypted
 */
public record KmsV1Value(String provider, Bytes wrappedDek, Bytes data) {
    /** The provider name under which Holdfast stores. */
    public static final String HOLDFAST = "holdfast";

    /**
     * The longest stored value read or written, in bytes. kube-apiserver takes request bodies of up to 3 MiB, etcd 1.5 MiB
     * unless told otherwise.
     */
    public static final int MAX_LENGTH = 4 << 20;

    private static final int MAX_PROVIDER = 255;
    private static final int MAX_WRAPPED = 0xffff;
    private static final byte[] PREFIX = "k8s:enc:kms:v1:".getBytes(StandardCharsets.US_ASCII);

    /** @throws IllegalArgumentException when a part does not fit the form above */
    public KmsV1Value {
        if (provider.isEmpty()
                || provider.length() > MAX_PROVIDER
                || !provider.chars().allMatch(KmsV1Value::isProviderChar)) {
            throw new IllegalArgumentException("the provider name must be 1 to 255 printable characters without ':'");
        }
        if (wrappedDek.length() > MAX_WRAPPED) {
            throw new IllegalArgumentException("the wrapped DEK is longer than 65535 bytes");
        }
        if (PREFIX.length + provider.length() + 3L + wrappedDek.length() + data.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the stored value would be longer than 4 MiB");
        }
    }

    /** Whether the value claims to be KMS v1, of whatever provider. It may still be damaged. */
    public static boolean hasPrefix(byte[] stored) {
        return stored.length >= PREFIX.length && Arrays.equals(stored, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /**
     * Takes a stored value apart. Nothing is allocated that the value itself does not hold.
     *
     * @throws EnvelopeDamaged when it has not the form above
     */
    public static KmsV1Value parse(byte[] stored) {
        if (stored.length > MAX_LENGTH || !hasPrefix(stored)) {
            throw new EnvelopeDamaged();
        }
        int colon = PREFIX.length;
        while (colon < stored.length && isProviderChar(stored[colon])) {
            colon++;
        }
        int nameLength = colon - PREFIX.length;
        int wrappedAt = colon + 3;
        if (nameLength == 0 || nameLength > MAX_PROVIDER || wrappedAt > stored.length || stored[colon] != ':') {
            throw new EnvelopeDamaged();
        }
        int wrappedLength = (stored[colon + 1] & 0xff) << 8 | (stored[colon + 2] & 0xff);
        if (wrappedLength > stored.length - wrappedAt) {
            throw new EnvelopeDamaged();
        }
        int dataAt = wrappedAt + wrappedLength;
        return new KmsV1Value(
                new String(stored, PREFIX.length, nameLength, StandardCharsets.US_ASCII),
                Bytes.takeOwnershipOf(Arrays.copyOfRange(stored, wrappedAt, dataAt)),
                Bytes.takeOwnershipOf(Arrays.copyOfRange(stored, dataAt, stored.length)));
    }

    /**
     * Takes apart a stored value that must be the named provider's.
     *
     * @throws EnvelopeDamaged when it has not the form above or is another provider's
     */
    public static KmsV1Value parse(byte[] stored, String provider) {
        KmsV1Value value = parse(stored);
        if (!value.provider.equals(provider)) {
            throw new EnvelopeDamaged();
        }
        return value;
    }

    /** The bytes for etcd. {@code parse(encode())} equals this. */
    public byte[] encode() {
        byte[] name = provider.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(PREFIX.length + name.length + 3 + wrappedDek.length() + data.length())
                .put(PREFIX)
                .put(name)
                .put((byte) ':')
                .putShort((short) wrappedDek.length())
                .put(wrappedDek.toArray())
                .put(data.toArray())
                .array();
    }

    private static boolean isProviderChar(int c) {
        return c > 0x20 && c < 0x7f && c != ':';
    }
}
