package io.holdfast.secretservice.kubernetes.model;

import io.holdfast.kernel.Printable;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Cause;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Details;
import java.util.List;
import java.util.stream.Collectors;

/** A request that is answered with a {@link ApiStatus}. The factories give the reasons and texts of kube-apiserver. */
public final class ApiRefusal extends RuntimeException {
    /** Causes named in one Status (KEP-3926 sets this bound for unreadable objects). */
    public static final int MAX_CAUSES = 100;

    private final transient ApiStatus status;

    public ApiRefusal(ApiStatus status) {
        super(status.message(), null, false, false);
        this.status = status;
    }

    private ApiRefusal(int code, String reason, String message, Details details) {
        this(new ApiStatus(code, reason, message, details));
    }

    public ApiStatus status() {
        return status;
    }

    public static ApiRefusal badRequest(String message) {
        return new ApiRefusal(400, "BadRequest", message, Details.NONE);
    }

    public static ApiRefusal unauthorized() {
        return new ApiRefusal(401, "Unauthorized", "Unauthorized", Details.NONE);
    }

    public static ApiRefusal pathUnknown() {
        return new ApiRefusal(404, "NotFound", "the server could not find the requested resource", Details.NONE);
    }

    public static ApiRefusal notFound(ResourceKind kind, String name) {
        return new ApiRefusal(
                404,
                "NotFound",
                kind.plural() + " \"" + Printable.shorten(name) + "\" not found",
                Details.of(name, kind.plural()));
    }

    public static ApiRefusal methodNotAllowed() {
        return new ApiRefusal(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                Details.NONE);
    }

    public static ApiRefusal notAcceptable() {
        return new ApiRefusal(
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, application/json;stream=watch,"
                        + " application/vnd.kubernetes.protobuf",
                Details.NONE);
    }

    public static ApiRefusal alreadyExists(ResourceKind kind, String name) {
        return new ApiRefusal(
                409,
                "AlreadyExists",
                kind.plural() + " \"" + name + "\" already exists",
                Details.of(name, kind.plural()));
    }

    public static ApiRefusal conflict(ResourceKind kind, String name) {
        return conflict(
                kind,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static ApiRefusal conflict(ResourceKind kind, String name, String why) {
        return new ApiRefusal(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + kind.plural() + " \"" + name + "\": " + why,
                Details.of(name, kind.plural()));
    }

    /** Server-side apply met fields of other managers. */
    public static ApiRefusal applyConflict(List<Cause> causes) {
        String head = causes.size() == 1
                ? "Apply failed with 1 conflict: "
                : "Apply failed with " + causes.size() + " conflicts: ";
        return new ApiRefusal(
                409,
                "Conflict",
                head
                        + causes.stream()
                                .map(it -> it.message() + ": " + it.field())
                                .collect(Collectors.joining("\n")),
                Details.of("", "", bounded(causes)));
    }

    public static ApiRefusal expired(String message) {
        return new ApiRefusal(410, "Expired", message, Details.NONE);
    }

    public static ApiRefusal tooLarge(long limit) {
        return new ApiRefusal(
                413, "RequestEntityTooLarge", "Request entity too large: limit is " + limit, Details.NONE);
    }

    public static ApiRefusal unsupportedMediaType(String message) {
        return new ApiRefusal(415, "UnsupportedMediaType", message, Details.NONE);
    }

    /** 422 with a cause for each field; {@code causes} is not empty. */
    public static ApiRefusal invalid(ResourceKind kind, String name, List<Cause> causes) {
        List<Cause> shown = bounded(causes);
        String list = shown.stream().map(it -> it.field() + ": " + it.message()).collect(Collectors.joining(", "));
        return new ApiRefusal(
                422,
                "Invalid",
                kind.kind() + " \"" + Printable.shorten(name) + "\" is invalid: "
                        + (shown.size() == 1 ? list : "[" + list + "]"),
                Details.of(Printable.shorten(name), kind.kind(), shown));
    }

    public static ApiRefusal forbidden(String message, Details details) {
        return new ApiRefusal(403, "Forbidden", message, details);
    }

    /** A resourceVersion of the future. */
    public static ApiRefusal tooLargeResourceVersion(long wanted, long current) {
        return new ApiRefusal(
                504,
                "Timeout",
                "Timeout: Too large resource version: " + wanted + ", current: " + current,
                new Details(
                        "",
                        "",
                        "",
                        List.of(new Cause("ResourceVersionTooLarge", "Too large resource version", "")),
                        1));
    }

    public static ApiRefusal tooManyRequests(String message) {
        return new ApiRefusal(429, "TooManyRequests", message, new Details("", "", "", List.of(), 1));
    }

    public static ApiRefusal unavailable(String message) {
        return new ApiRefusal(503, "ServiceUnavailable", message, new Details("", "", "", List.of(), 1));
    }

    public static ApiRefusal unreadable(String message, Details details) {
        return new ApiRefusal(500, "StorageReadError", message, details);
    }

    private static List<Cause> bounded(List<Cause> causes) {
        if (causes.size() <= MAX_CAUSES) {
            return causes;
        }
        List<Cause> shown = new java.util.ArrayList<>(causes.subList(0, MAX_CAUSES));
        shown.add(new Cause("FieldValueTooMany", "too many errors, the list is truncated", ""));
        return shown;
    }
}
