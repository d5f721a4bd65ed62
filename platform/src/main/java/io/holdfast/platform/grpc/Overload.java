package io.holdfast.platform.grpc;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;

/**
 * The answer of a service that has too much to do: RESOURCE_EXHAUSTED with {@code google.rpc.RetryInfo} in
 * {@code grpc-status-details-bin}.
 *
 * <p>A request that is too large for ever is RESOURCE_EXHAUSTED as well, but without RetryInfo: that is how a client tells
 * what to repeat from what to split.
 */
public final class Overload {
    /** When to try again: long enough for a full service to empty, short enough for a person who waits. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Overload() {}

    /** Whether a call failed by {@link #refusal} of the service that was called: nothing was done, and it may be repeated. */
    public static boolean isRefusal(StatusRuntimeException failure) {
        if (failure.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
            return false;
        }
        com.google.rpc.Status details = StatusProto.fromThrowable(failure);
        return details != null && details.getDetailsList().stream().anyMatch(it -> it.is(RetryInfo.class));
    }

    /** @param why shown to the caller: names no figure of the service */
    public static StatusRuntimeException refusal(String why) {
        RetryInfo retry = RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(RETRY_AFTER.toSeconds())
                        .setNanos(RETRY_AFTER.getNano()))
                .build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                .setMessage(why)
                .addDetails(Any.pack(retry))
                .build());
    }
}
