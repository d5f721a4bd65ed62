package io.holdfast.testkit.routes;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A route of a service as its sources declare it.
 *
 * @param method GET, POST, ...
 * @param template the path with its placeholders, for example {@code /20180608/keys/{keyId}}
 * @param handler the simple name of the class and the method, for example {@code KeyResource.getKey}
 */
public record Route(String method, String template, String handler) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\s*(\\w+)\\s*(?::[^{}]*)?}");

    /**
     * The path with its placeholders filled in.
     *
     * @param values by the placeholders' names
     * @throws IllegalArgumentException for a placeholder without a value
     */
    public String path(Map<String, String> values) {
        Matcher placeholders = PLACEHOLDER.matcher(template);
        StringBuilder path = new StringBuilder();
        while (placeholders.find()) {
            String value = values.get(placeholders.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        this + ": the test has no value for {" + placeholders.group(1) + "}");
            }
            placeholders.appendReplacement(path, Matcher.quoteReplacement(value));
        }
        return placeholders.appendTail(path).toString();
    }

    @Override
    public String toString() {
        return method + " " + template + " (" + handler + ")";
    }
}
