package io.holdfast.secretservice.kubernetes.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes' rules for names (apimachinery, {@code util/validation}). Each method gives what is wrong, or null. */
public final class Names {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final Pattern LABEL_PATTERN = Pattern.compile("[a-z0-9](?:[-a-z0-9]{0,251}[a-z0-9])?");
    private static final Pattern QUALIFIED_PATTERN = Pattern.compile("(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final Pattern KEY_PATTERN = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final int SUBDOMAIN_LENGTH = 253;
    private static final int LABEL_LENGTH = 63;

    private Names() {}

    /** The name of a Secret: a DNS-1123 subdomain. */
    public static @Nullable String subdomain(String name) {
        if (name.length() > SUBDOMAIN_LENGTH) {
            return "must be no more than 253 bytes";
        }
        for (String part : name.split("\\.", -1)) {
            if (!LABEL_PATTERN.matcher(part).matches()) {
                return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and"
                        + " must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
                        + " validation is '" + SUBDOMAIN + "')";
            }
        }
        return null;
    }

    /** The name of a namespace: a DNS-1123 label. */
    public static @Nullable String label(String name) {
        if (name.length() > LABEL_LENGTH) {
            return "must be no more than 63 bytes";
        }
        if (!LABEL_PATTERN.matcher(name).matches()) {
            return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and"
                    + " end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '"
                    + LABEL + "')";
        }
        return null;
    }

    static @Nullable String of(ResourceKind kind, String name) {
        return switch (kind) {
            case SECRET -> subdomain(name);
            case NAMESPACE -> label(name);
        };
    }

    /** A key of a Secret's data. */
    static @Nullable String dataKey(String key) {
        if (key.length() > SUBDOMAIN_LENGTH) {
            return "must be no more than 253 bytes";
        }
        if (!KEY_PATTERN.matcher(key).matches()) {
            return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or"
                    + " 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
        }
        if (key.equals(".") || key.equals("..")) {
            return "must not be '" + key + "'";
        }
        return key.startsWith("..") ? "must not start with '..'" : null;
    }

    /** The key of a label or an annotation: an optional DNS prefix and a name. */
    static @Nullable String qualified(String key) {
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        if (slash == 0) {
            return "prefix part must be non-empty";
        }
        if (slash > 0) {
            String wrong = subdomain(key.substring(0, slash));
            if (wrong != null) {
                return "prefix part " + wrong;
            }
        }
        if (name.isEmpty()) {
            return "name part must be non-empty";
        }
        if (name.length() > LABEL_LENGTH) {
            return "name part must be no more than 63 bytes";
        }
        return QUALIFIED_PATTERN.matcher(name).matches()
                ? null
                : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                        + " alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation"
                        + " is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    }

    static @Nullable String labelValue(String value) {
        if (value.isEmpty()) {
            return null;
        }
        if (value.length() > LABEL_LENGTH) {
            return "must be no more than 63 bytes";
        }
        return QUALIFIED_PATTERN.matcher(value).matches()
                ? null
                : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must"
                        + " start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex"
                        + " used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    }
}
