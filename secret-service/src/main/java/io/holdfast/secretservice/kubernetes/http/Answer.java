package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.secretservice.kubernetes.model.ApiStatus;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A finished answer.
 *
 * @param body wiped once it has left, or was refused
 * @param warnings for the {@code Warning} header
 * @param stateRevision what the access session must admit before the first byte leaves; 0 for what is not secret
 * @param holdsUntil how long what permitted it holds: from then on no byte leaves
 */
record Answer(
        int code, String contentType, byte[] body, List<String> warnings, long stateRevision, Validity holdsUntil) {
    Answer {
        warnings = List.copyOf(warnings);
    }

    Answer(int code, String contentType, byte[] body, List<String> warnings, long stateRevision) {
        this(code, contentType, body, warnings, stateRevision, Validity.UNTIL_CHANGE);
    }

    /** The same, the same body too, under a permission that may end by the clock. */
    Answer under(Decision decision) {
        return new Answer(code, contentType, body, warnings, stateRevision, decision.holdsUntil());
    }

    /** In place of sending it. */
    void wipe() {
        Arrays.fill(body, (byte) 0);
    }

    static Answer json(int code, JsonNode body) {
        return json(code, body, List.of(), 0);
    }

    static Answer json(int code, JsonNode body, List<String> warnings, long stateRevision) {
        return new Answer(code, ObjectText.JSON, Json.write(body), warnings, stateRevision);
    }

    static Answer text(int code, String text) {
        return new Answer(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), List.of(), 0);
    }

    static Answer status(ApiStatus status) {
        return json(status.code(), status.toJson());
    }
}
