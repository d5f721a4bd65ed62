package io.holdfast.envelope.wrapped;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.jca.HmacSha256;
import io.holdfast.envelope.xaes.Xaes256Gcm;
import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * Wraps and unwraps under a key held in memory (a master key in direct mode, a KEK in hierarchical mode), and seals under a
 * root key.
 *
 * <p>A key is derived per wrap, so a master key never runs out of nonces. The encryption binds purpose, binding, key and
 * key version. Thread safe.
 */
public final class DekWrapping {
    private static final byte SEAL_FORMAT = 2;
    /** Octets before the nonce of a sealed thing. */
    private static final int FRONT = 1 + RootKeyId.LENGTH;

    private static final byte[] EXPAND = "holdfast xaes key v1".getBytes(StandardCharsets.US_ASCII);

    private final Xaes256Gcm xaes;

    public DekWrapping() {
        this(new SecureRandom());
    }

    /** For goldens: takes its nonces from {@code random}. */
    DekWrapping(SecureRandom random) {
        xaes = new Xaes256Gcm(random);
    }

    /**
     * The key by which AES material of 16, 24 or 32 bytes wraps: itself when it has 32, else expanded to 32 (HKDF-Expand,
     * RFC 5869), as strong as it is long. The caller owns the answer.
     *
     * @param material stays the caller's
     */
    public static SecretBytes wrappingKey(SecretBytes material) {
        return SecretBytes.takeOwnershipOf(material.use(key -> switch (key.length) {
            case Xaes256Gcm.KEY -> key.clone();
            case 16, 24 -> HmacSha256.expand(key, EXPAND);
            default -> throw new IllegalArgumentException("AES material has 16, 24 or 32 bytes");
        }));
    }

    /**
     * Wraps the payload.
     *
     * @param masterKey 32 bytes: of the version that the header names, or the KEK that travels in it; stays the caller's
     * @param header the key and version to name in front
     * @param scope purpose and binding
     * @param payload stays the caller's
     * @throws ProblemException InvalidParameter when the payload has a length that the purpose does not have
     */
    public WrappedDek wrap(SecretBytes masterKey, WrappedDek.Header header, Scope scope, SecretBytes payload) {
        try (XaesKey once = XaesKey.of(masterKey)) {
            return wrap(once, header, scope, payload);
        }
    }

    /** The same under a prepared key. */
    public WrappedDek wrap(XaesKey masterKey, WrappedDek.Header header, Scope scope, SecretBytes payload) {
        scope.requireFits(payload);
        return new WrappedDek(header, xaes.seal(masterKey, payload, scope.associatedData(header)));
    }

    /**
     * Unwraps. The caller owns the answer.
     *
     * @param masterKey 32 bytes: of the version that {@code wrapped} names, or its KEK; stays the caller's
     * @throws EnvelopeDamaged when it was wrapped under another key, for another purpose, binding, key or version, or was
     *     altered
     */
    public SecretBytes unwrap(SecretBytes masterKey, Scope scope, WrappedDek wrapped) {
        try (XaesKey once = XaesKey.of(masterKey)) {
            return unwrap(once, scope, wrapped);
        }
    }

    /** The same under a prepared key. */
    public SecretBytes unwrap(XaesKey masterKey, Scope scope, WrappedDek wrapped) {
        return xaes.open(masterKey, wrapped.sealed(), scope.associatedData(wrapped.header()));
    }

    /**
     * Seals a thing of Holdfast's own under a root key, which has no OCID but an id made from it.
     *
     * <pre>
     * sealed-thing = front nonce ciphertext tag
     * front        = %x02 root-key-id        ; bound as associated data
     * root-key-id  = 8OCTET                  ; see RootKeyId
     * </pre>
     *
     * <p>Format 1 had no id and was never released.
     *
     * @param rootKey 32 bytes; stays the caller's
     * @param what names the thing, see {@link Scope#seal}
     */
    public Bytes seal(SecretBytes rootKey, String what, SecretBytes payload) {
        Purpose.SEAL.requireFits(payload.length());
        byte[] front = front(RootKeyId.of(rootKey));
        byte[] sealed = xaes.seal(rootKey, payload, Scope.seal(what).associatedData(front))
                .toArray();
        return Bytes.takeOwnershipOf(ByteBuffer.allocate(front.length + sealed.length)
                .put(front)
                .put(sealed)
                .array());
    }

    /**
     * Opens what {@link #seal} made. The caller owns the answer.
     *
     * @throws EnvelopeDamaged when it was sealed under another root key or as another thing, or was altered
     */
    public SecretBytes open(SecretBytes rootKey, String what, Bytes sealed) {
        RootKeyId id = RootKeyId.of(rootKey);
        if (!RootKeyId.namedIn(sealed).equals(Optional.of(id))) {
            throw new EnvelopeDamaged();
        }
        byte[] bytes = sealed.toArray();
        Bytes rest = Bytes.takeOwnershipOf(Arrays.copyOfRange(bytes, FRONT, bytes.length));
        return xaes.open(rootKey, rest, Scope.seal(what).associatedData(front(id)));
    }

    /** Whether the format and the length are those of a sealed thing. */
    static boolean looksSealed(Bytes sealed) {
        return sealed.length() > FRONT + Xaes256Gcm.OVERHEAD
                && sealed.length() <= Purpose.SEAL.maxLength()
                && sealed.toArray()[0] == SEAL_FORMAT;
    }

    private static byte[] front(RootKeyId id) {
        return ByteBuffer.allocate(FRONT)
                .put(SEAL_FORMAT)
                .put(id.value().toArray())
                .array();
    }
}
