package io.holdfast.keyservice.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * The form of one kind of token: a JWT (RFC 7519) signed with ES256.
 *
 * <pre>
 * token   = header "." claims "." signature        ; each base64url without padding
 * header  = {"alg":"ES256","kid":thumbprint,"typ":type}
 * </pre>
 *
 * <p>All kinds are signed by the same key, so each has a type of its own, which is compared before anything else
 * (RFC 8725, section 3.11): no token of one kind is ever read as one of another.
 */
final class TokenFormat {
    private static final int MAX_NESTING = 2;
    private static final int MAX_NAME = 32;
    /** Digits of the largest long. */
    private static final int MAX_NUMBER = 19;

    private final String type;
    private final int maxLength;
    private final ObjectMapper json;

    /**
     * @param type the {@code typ} of the header
     * @param maxLength characters of a token that is read at all
     * @param maxString characters of a claim
     */
    TokenFormat(String type, int maxLength, int maxString) {
        this.type = type;
        this.maxLength = maxLength;
        this.json = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_NESTING)
                                .maxDocumentLength(maxLength)
                                .maxStringLength(maxString)
                                .maxNumberLength(MAX_NUMBER)
                                .maxNameLength(MAX_NAME)
                                .build())
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
                .build();
    }

    ObjectNode object() {
        return json.createObjectNode();
    }

    /** The token's text: a credential. */
    String write(ObjectNode claims, TokenKey key) {
        ObjectNode header = object().put("alg", "ES256").put("kid", key.id()).put("typ", type);
        String signed = encode(header) + "." + encode(claims);
        return signed + "." + TokenKey.base64(key.sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The claims of a token of this kind whose signature is the key's. */
    JsonNode read(String token, TokenKey key) throws TokenRefused {
        if (token.length() > maxLength) {
            throw new TokenRefused("the token is too long");
        }
        String[] parts = token.split("\\.", 4);
        if (parts.length != 3) {
            throw new TokenRefused("the token has not three parts");
        }
        requireHeader(parse(decode(parts[0])), key);
        if (!key.verifies((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII), decode(parts[2]))) {
            throw new TokenRefused("the signature does not verify");
        }
        return parse(decode(parts[1]));
    }

    private void requireHeader(JsonNode header, TokenKey key) throws TokenRefused {
        if (!text(header, "alg").equals("ES256")
                || !text(header, "typ").equals(type)
                || !text(header, "kid").equals(key.id())
                || header.size() != 3) {
            throw new TokenRefused("the header is not one of ours");
        }
    }

    /** A JSON object, without duplicate names, within the bounds of this kind. */
    JsonNode parse(byte[] text) throws TokenRefused {
        try {
            JsonNode node = json.readTree(text);
            if (node == null || !node.isObject()) {
                throw new TokenRefused("a part of the token is no JSON object");
            }
            return node;
        } catch (IOException e) {
            throw new TokenRefused("a part of the token is no JSON");
        }
    }

    /** When a token was made and when it ends, both by its own word. */
    record Times(Instant issuedAt, Instant expiresAt) {

        /**
         * @param longest no token of this kind lasts longer
         * @param tolerance how far the clock of another replica may be ahead of this one
         */
        void require(Instant now, Duration longest, Duration tolerance) throws TokenRefused {
            if (!now.isBefore(expiresAt)
                    || now.isBefore(issuedAt.minus(tolerance))
                    || Duration.between(issuedAt, expiresAt).compareTo(longest) > 0) {
                throw new TokenRefused("the token does not hold at this time");
            }
        }
    }

    static Times times(JsonNode claims) throws TokenRefused {
        return new Times(instant(claims, "iat"), instant(claims, "exp"));
    }

    private static Instant instant(JsonNode node, String name) throws TokenRefused {
        JsonNode value = node.get(name);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new TokenRefused("the token lacks " + name);
        }
        long seconds = value.longValue();
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            throw new TokenRefused("the token's " + name + " is no time");
        }
        return Instant.ofEpochSecond(seconds);
    }

    static String text(JsonNode node, String name) throws TokenRefused {
        JsonNode value = node.get(name);
        if (value == null || !value.isTextual()) {
            throw new TokenRefused("the token lacks " + name);
        }
        return value.textValue();
    }

    static byte[] decode(String part) throws TokenRefused {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            // One token has one spelling: no padding, and no bits set that decode to nothing.
            if (!TokenKey.base64(bytes).equals(part)) {
                throw new TokenRefused("a part of the token is not canonical base64url");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new TokenRefused("a part of the token is not base64url");
        }
    }

    private static String encode(ObjectNode node) {
        return TokenKey.base64(node.toString().getBytes(StandardCharsets.UTF_8));
    }
}
