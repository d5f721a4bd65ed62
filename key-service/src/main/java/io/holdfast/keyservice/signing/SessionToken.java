package io.holdfast.keyservice.signing;

import java.util.regex.Pattern;

/**
 * The keyId {@code ST$<token>}: a JWT that names its bearer and holds the public half of the key that signs. Whether it holds
 * is not judged here.
 *
 * @param token at most {@value #MAX_LENGTH} characters; shown with a signature of the session key only, but never logged
 */
public record SessionToken(String token) implements KeyId {
    static final String PREFIX = "ST$";
    /** Leaves room for a signature of 4,096 bits and the names in the header. */
    public static final int MAX_LENGTH = 3_072;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    static SessionToken parse(String keyId) throws SignatureRefused {
        String token = keyId.substring(PREFIX.length());
        if (token.length() > MAX_LENGTH || !FORM.matcher(token).matches()) {
            throw new SignatureRefused("the session token is malformed");
        }
        return new SessionToken(token);
    }

    @Override
    public String toString() {
        return "SessionToken[]";
    }
}
