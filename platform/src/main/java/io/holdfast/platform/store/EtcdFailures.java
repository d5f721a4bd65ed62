package io.holdfast.platform.store;

import io.etcd.jetcd.common.exception.CompactedException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What a failure of etcd means to the caller of the port. */
final class EtcdFailures {
    private static final String NO_SPACE = "database space exceeded";
    private static final String COMPACTED = "required revision has been compacted";
    private static final String TOO_LARGE_AN_ANSWER = "exceeds maximum size";

    private EtcdFailures() {}

    static RuntimeException ofRead(String what, Throwable failure) {
        Status status = statusOf(failure);
        String message = describe(what, status);
        if (isCompacted(failure, status)) {
            return new RevisionCompacted(message, failure);
        }
        if (status.getCode() == Status.Code.INVALID_ARGUMENT) {
            return new IllegalArgumentException(message, failure);
        }
        return new StoreUnavailable(message, failure);
    }

    static RuntimeException ofCommit(Throwable failure) {
        Status status = statusOf(failure);
        String message = describe("transaction", status);
        String description = description(status);
        return switch (status.getCode()) {
            // Refusals that etcd makes before it proposes, or while it applies without effect.
            case RESOURCE_EXHAUSTED ->
                description.contains(NO_SPACE)
                        ? new StoreFull(message, failure)
                        : new StoreUnavailable(message, failure);
            case INVALID_ARGUMENT -> new IllegalArgumentException(message, failure);
            case OUT_OF_RANGE, FAILED_PRECONDITION, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED ->
                new StoreUnavailable(message, failure);
            // "leader changed" and "request timed out" are UNAVAILABLE too: the proposal may be in the log by then.
            case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ALREADY_EXISTS, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                wasNeverSent(failure, status)
                        ? new StoreUnavailable(message, failure)
                        : new OutcomeUnknown(message, failure);
        };
    }

    static boolean isCompacted(Throwable failure) {
        return isCompacted(failure, statusOf(failure));
    }

    static boolean isPermission(Throwable failure) {
        return describe("", statusOf(failure)).contains("permission denied")
                || String.valueOf(failure.getMessage()).contains("permission denied");
    }

    static boolean isLeaseGone(Throwable failure) {
        return statusOf(failure).getCode() == Status.Code.NOT_FOUND
                || String.valueOf(unwrap(failure).getMessage()).contains("requested lease not found");
    }

    static boolean isTooLargeAnAnswer(Throwable failure) {
        Status status = statusOf(failure);
        return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
                && description(status).contains(TOO_LARGE_AN_ANSWER);
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isCompacted(Throwable failure, Status status) {
        return unwrap(failure) instanceof CompactedException
                || (status.getCode() == Status.Code.OUT_OF_RANGE
                        && description(status).contains(COMPACTED));
    }

    private static boolean wasNeverSent(Throwable failure, Status status) {
        return status.getCause() instanceof CallBounds.NotSent || unwrap(failure) instanceof CallBounds.NotSent;
    }

    private static Status statusOf(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof StatusRuntimeException status) {
                return status.getStatus();
            }
            if (t instanceof StatusException status) {
                return status.getStatus();
            }
        }
        return Status.UNKNOWN
                .withDescription(String.valueOf(failure.getMessage()))
                .withCause(failure);
    }

    private static String description(Status status) {
        String description = status.getDescription();
        return description == null ? "" : description;
    }

    private static String describe(String what, Status status) {
        return what + ": " + status.getCode() + " " + description(status);
    }
}
