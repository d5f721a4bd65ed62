package io.holdfast.keyservice.oci;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The text that a vault answers as ciphertext, as it is kept. Only the vault knows its form; where it happens to be base64 it
 * is kept as the bytes that it spells, a quarter shorter.
 *
 * <pre>
 * kept   = %x01 1*OCTET    ; bytes whose base64 (RFC 4648, section 4, padded) is the text
 *        / %x02 1*VCHAR    ; any other text, as it is
 * </pre>
 *
 * <p>There is one way to keep a text. Text kept as it is could be respelled, as base64 has spare bits at its end that
 * decoders ignore, and still open.
 */
final class OpaqueText {
    private static final byte BASE64 = 1;
    private static final byte VERBATIM = 2;

    private OpaqueText() {}

    /** @throws VaultUnavailable when it is empty or not printable ASCII, as no ciphertext of a vault's is */
    static Bytes keep(String text) {
        if (!text.matches("[\\x21-\\x7e]+")) {
            throw new VaultUnavailable("The vault answered something that is no ciphertext.", null);
        }
        byte[] spelled = spelledBy(text);
        return spelled.length > 0 ? kept(BASE64, spelled) : kept(VERBATIM, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws EnvelopeDamaged when {@link #keep} made no such thing */
    static String text(Bytes kept) {
        byte[] bytes = kept.toArray();
        if (bytes.length < 2) {
            throw new EnvelopeDamaged();
        }
        byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        String text =
                switch (bytes[0]) {
                    case BASE64 -> Base64.getEncoder().encodeToString(rest);
                    case VERBATIM -> new String(rest, StandardCharsets.ISO_8859_1);
                    default -> throw new EnvelopeDamaged();
                };
        if (!text.matches("[\\x21-\\x7e]+") || (bytes[0] == VERBATIM && spelledBy(text).length > 0)) {
            throw new EnvelopeDamaged();
        }
        return text;
    }

    /** The bytes whose one spelling in base64 this is; none when it is not. */
    private static byte[] spelledBy(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : new byte[0];
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static Bytes kept(byte form, byte[] rest) {
        return Bytes.takeOwnershipOf(
                ByteBuffer.allocate(1 + rest.length).put(form).put(rest).array());
    }
}
