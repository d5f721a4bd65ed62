package io.holdfast.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.SecretBytes;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/** Fixed randomness and the recorded vectors. */
public final class Fixed {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixed() {}

    /** Gives out the parts in order, each request one part of exactly its length, and then no more. */
    @SuppressWarnings("serial")
    public static SecureRandom random(byte[]... parts) {
        return new SecureRandom() {
            private int next;

            @Override
            public void nextBytes(byte[] out) {
                byte[] part = parts[next++];
                if (part.length != out.length) {
                    throw new AssertionError("asked for " + out.length + " bytes, have " + part.length);
                }
                System.arraycopy(part, 0, out, 0, out.length);
            }
        };
    }

    public static JsonNode resource(String path) {
        try (InputStream in = Objects.requireNonNull(Fixed.class.getResourceAsStream(path), path)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    public static byte[] hex(JsonNode node, String field) {
        return HexFormat.of().parseHex(node.required(field).asText());
    }

    /** A copy of the bytes, for comparing. */
    public static byte[] reveal(SecretBytes secret) {
        return secret.use(byte[]::clone);
    }
}
