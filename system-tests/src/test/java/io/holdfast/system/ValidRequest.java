package io.holdfast.system;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A request that a service takes, to be mutated.
 *
 * @param method POST or PUT, where the body is mutated, or GET, where the query is
 * @param target path, without a query
 * @param seed the valid body, or the query with its names and values as they are
 * @param status that the valid one is answered with
 * @param undo what it did, so that the next one finds things as this one did
 */
record ValidRequest(String method, URI base, String target, byte[] seed, int status, Runnable undo) {
    private static final String IN_QUERIES = "-._~=&";

    /** Sends it with another body or query than its own. */
    OciClient.Answer send(OciClient client, byte[] mutated) {
        return method.equals("GET")
                ? client.get(base, target + "?" + encoded(mutated))
                : client.sendRaw(method, base, target, mutated);
    }

    /** As it may stand in a URL; octets that are no UTF-8 as well. */
    private static String encoded(byte[] query) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : query) {
            char letter = (char) (each & 0xff);
            boolean plain = letter < 128 && (Character.isLetterOrDigit(letter) || IN_QUERIES.indexOf(letter) >= 0);
            if (plain) {
                encoded.append(letter);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
            }
        }
        return encoded.toString();
    }

    @Override
    public String toString() {
        return method + " " + base + target + " " + new String(seed, StandardCharsets.UTF_8);
    }
}
