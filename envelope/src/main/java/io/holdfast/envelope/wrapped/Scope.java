package io.holdfast.envelope.wrapped;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a payload is for and whom it serves: the purpose and its context, both bound by the encryption and neither stored.
 *
 * <pre>
 * aad     = tag-length tag context-length context header-length header
 * tag     = 1*255OCTET        ; the purpose; tag-length is 1 octet
 * context = *65536OCTET       ; the binding's OCID for dek, kek and ping; context-length is 4 octets
 * header  = *65535OCTET       ; everything before the nonce; header-length is 2 octets
 * </pre>
 *
 * <p>Lengths have the most significant octet first.
 */
public final class Scope {
    /** The longest context, in bytes. */
    public static final int MAX_CONTEXT = 65_536;

    private final Purpose purpose;
    private final Bytes context;

    private Scope(Purpose purpose, Bytes context) {
        if (context.length() > MAX_CONTEXT) {
            throw new IllegalArgumentException("a context has at most 65536 bytes");
        }
        this.purpose = purpose;
        this.context = context;
    }

    /** Data encryption keys of a binding. */
    public static Scope dek(BindingId binding) {
        return of(Purpose.DEK, binding);
    }

    /** Key-encryption keys of a binding. */
    public static Scope kek(BindingId binding) {
        return of(Purpose.KEK, binding);
    }

    /** Health probes of a binding. */
    public static Scope ping(BindingId binding) {
        return of(Purpose.PING, binding);
    }

    /**
     * What a client encrypts over REST.
     *
     * @param associatedData the client's own, in one canonical encoding; may be empty
     */
    public static Scope rest(Bytes associatedData) {
        return new Scope(Purpose.REST, associatedData);
    }

    /**
     * What Holdfast seals for itself.
     *
     * @param what names the one thing, for example the OCID of the key version whose material it is
     */
    public static Scope seal(String what) {
        return new Scope(Purpose.SEAL, text(what));
    }

    /** The same binding under any purpose, for tests of every pair. */
    static Scope of(Purpose purpose, BindingId binding) {
        return new Scope(purpose, text(binding.value()));
    }

    public Purpose purpose() {
        return purpose;
    }

    /** What an encryption for this scope binds, for vaults that encrypt by themselves. */
    public byte[] associatedData(WrappedDek.Header header) {
        return associatedData(header.encode());
    }

    /**
     * @throws ProblemException InvalidParameter when the payload has a length that the purpose does not have
     */
    public void requireFits(SecretBytes payload) {
        purpose.requireFits(payload.length());
    }

    /** Whether a payload of this length can have been wrapped for this scope. */
    public boolean fits(int payloadLength) {
        return purpose.fits(payloadLength);
    }

    byte[] associatedData(byte[] header) {
        byte[] tag = purpose.tag();
        byte[] who = context.toArray();
        return ByteBuffer.allocate(1 + tag.length + 4 + who.length + 2 + header.length)
                .put((byte) tag.length)
                .put(tag)
                .putInt(who.length)
                .put(who)
                .putShort((short) header.length)
                .put(header)
                .array();
    }

    private static Bytes text(String value) {
        return Bytes.takeOwnershipOf(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Scope[" + purpose + "]";
    }
}
