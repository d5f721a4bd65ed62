package io.holdfast.secretservice.fence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The fence as JSON: {@code {"bindingId", "keyId", "keyVersionId", "keyVersionNumber", "format", "state", "denial"}}, state
 * one of OPEN, BLOCKED, CLOSED, denial only when BLOCKED.
 */
public final class FenceCodec {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private FenceCodec() {}

    record Written(
            String bindingId,
            String keyId,
            String keyVersionId,
            long keyVersionNumber,
            String format,
            State state,
            @Nullable String denial) {}

    enum State {
        OPEN,
        BLOCKED,
        CLOSED
    }

    public static Bytes encode(WriteFence fence) {
        WriteFence.Terms terms = fence.terms();
        State state =
                switch (fence) {
                    case WriteFence.Open open -> State.OPEN;
                    case WriteFence.Blocked blocked -> State.BLOCKED;
                    case WriteFence.Closed closed -> State.CLOSED;
                };
        String denial =
                fence instanceof WriteFence.Blocked blocked ? blocked.denial().name() : null;
        Written written = new Written(
                terms.bindingId().value(),
                terms.keyId().value(),
                terms.version().id().value(),
                terms.version().number(),
                terms.format(),
                state,
                denial);
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(written));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a fence that cannot be written", e);
        }
    }

    /** @throws IllegalStateException when the bytes are no fence: nothing is written until an operator has looked */
    public static WriteFence decode(Bytes bytes) {
        try {
            Written written = JSON.readValue(bytes.toArray(), Written.class);
            WriteFence.Terms terms = new WriteFence.Terms(
                    new BindingId(written.bindingId()),
                    new KeyId(written.keyId()),
                    new KeyVersion(new KeyVersionId(written.keyVersionId()), written.keyVersionNumber()),
                    written.format());
            return switch (written.state()) {
                case OPEN -> new WriteFence.Open(terms);
                case BLOCKED ->
                    new WriteFence.Blocked(terms, Denial.of(written.denial() == null ? "" : written.denial()));
                case CLOSED -> new WriteFence.Closed(terms);
            };
        } catch (IOException | ProblemException | IllegalArgumentException | NullPointerException e) {
            throw new IllegalStateException("the write fence of a cluster is unreadable", e);
        }
    }
}
