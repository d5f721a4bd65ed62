package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemException;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/**
 * Flags of the query, {@code ?force=true}. Read from the query itself: to a {@code @QueryParam} an empty value is an
 * absent one.
 */
public final class Flags {
    private Flags() {}

    /**
     * False when absent.
     *
     * @throws ProblemException INVALID_PARAMETER for anything but {@code true} and {@code false}, said once
     */
    public static boolean of(UriInfo uri, String name) {
        List<String> values = uri.getQueryParameters().get(name);
        if (values == null) {
            return false;
        }
        if (values.size() != 1) {
            throw ProblemException.invalid(name, "must be given once");
        }
        return parse(values.getFirst(), name);
    }

    public static boolean parse(String value, String name) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ProblemException.invalid(name, "must be true or false");
        };
    }
}
