package io.holdfast.testkit;

import java.security.SecureRandom;
import java.util.Base64;

/** Random passwords of 192 bits in characters that need no quoting anywhere. */
final class Passwords {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Passwords() {}

    static String random() {
        byte[] bytes = new byte[24];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).replace('-', 'x');
    }
}
