package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A {@code meta/v1 Status} of failure, as kube-apiserver sends it.
 *
 * @param code HTTP status
 * @param reason for programs; empty leaves it out
 * @param message for people; never holds secret values
 * @param details what it is about; every empty part is left out
 */
public record ApiStatus(int code, String reason, String message, Details details) {

    /**
     * @param kind the resource in plural, or the kind for 422
     * @param retryAfterSeconds 0 for none
     */
    public record Details(String name, String kind, String uid, List<Cause> causes, int retryAfterSeconds) {
        public static final Details NONE = new Details("", "", "", List.of(), 0);

        public Details {
            causes = List.copyOf(causes);
        }

        public static Details of(String name, String kind) {
            return new Details(name, kind, "", List.of(), 0);
        }

        public static Details of(String name, String kind, List<Cause> causes) {
            return new Details(name, kind, "", causes, 0);
        }
    }

    /**
     * @param field path in the object, or empty
     */
    public record Cause(String reason, String message, String field) {}

    public ObjectNode toJson() {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (!details.equals(Details.NONE)) {
            ObjectNode out = status.putObject("details");
            putIfAny(out, "name", details.name());
            putIfAny(out, "kind", details.kind());
            putIfAny(out, "uid", details.uid());
            if (!details.causes().isEmpty()) {
                var causes = out.putArray("causes");
                for (Cause cause : details.causes()) {
                    ObjectNode one = causes.addObject();
                    putIfAny(one, "reason", cause.reason());
                    putIfAny(one, "message", cause.message());
                    putIfAny(one, "field", cause.field());
                }
            }
            if (details.retryAfterSeconds() > 0) {
                out.put("retryAfterSeconds", details.retryAfterSeconds());
            }
        }
        status.put("code", code);
        return status;
    }

    /** The {@code Status} of a deletion that succeeded. */
    public static ObjectNode deleted(ResourceKind kind, String name, String uid) {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details");
        putIfAny(details, "name", name);
        details.put("kind", kind.plural());
        putIfAny(details, "uid", uid);
        return status;
    }

    private static void putIfAny(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }
}
