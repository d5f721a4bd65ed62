package io.holdfast.keyservice.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.crypto.BindingCrypto.Refusal;
import io.holdfast.keyservice.crypto.BindingCrypto.Refused;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.grpc.UnaryCalls;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Answers a unary call: every failure as the status that the contract names, counted by method and status. */
@ApplicationScoped
public class Answers {
    private static final Logger LOG = Logger.getLogger(Answers.class);
    static final Metadata.Key<String> DENIAL = Metadata.Key.of("holdfast-denial", Metadata.ASCII_STRING_MARSHALLER);

    /** Looked up once each: the registry's own look-up builds the name and its tags anew for each call. */
    private record Outcome(String method, Status.Code code) {}

    private final MeterRegistry meters;
    private final Map<Outcome, Counter> counters = new ConcurrentHashMap<>();

    public Answers(MeterRegistry meters) {
        this.meters = meters;
    }

    /** On a virtual thread of the call's own. */
    <T> void answer(String method, StreamObserver<T> call, Supplier<T> body) {
        answer(method, call, Optional::empty, body);
    }

    /**
     * On the thread of the call's connection if it can be answered there, else on a virtual thread.
     *
     * @param atHand never waits; empty when {@code body} is needed
     */
    <T> void answer(String method, StreamObserver<T> call, Supplier<Optional<T>> atHand, Supplier<T> body) {
        UnaryCalls.serve(
                call,
                () -> answerHere(method, call, atHand),
                () -> answerHere(method, call, () -> Optional.of(body.get())),
                refusal -> count(method, refusal));
    }

    /** Whether it is answered, be it with an error. */
    private <T> boolean answerHere(String method, StreamObserver<T> call, Supplier<Optional<T>> body) {
        Optional<T> answer;
        try {
            answer = body.get();
        } catch (RuntimeException failure) {
            StatusRuntimeException status = statusOf(method, failure);
            count(method, status.getStatus());
            call.onError(status);
            return true;
        }
        if (answer.isEmpty()) {
            return false;
        }
        count(method, Status.OK);
        call.onNext(answer.get());
        call.onCompleted();
        return true;
    }

    private void count(String method, Status status) {
        counters.computeIfAbsent(
                        new Outcome(method, status.getCode()),
                        outcome -> meters.counter(
                                "holdfast.keys.operations",
                                "operation",
                                method,
                                "outcome",
                                status.isOk() ? "ok" : status.getCode().name()))
                .increment();
    }

    private static StatusRuntimeException statusOf(String method, RuntimeException failure) {
        return switch (failure) {
            case StatusRuntimeException status -> status;
            case Refused refused -> refused(refused.refusal());
            case ProblemException problem
            when problem.code() == ProblemCode.TOO_MANY_REQUESTS ->
                Overload.refusal(String.valueOf(problem.getMessage()));
            case ProblemException problem -> of(codeOf(problem.code()), String.valueOf(problem.getMessage()));
            case StoreUnavailable unavailable -> unavailable(method, unavailable);
            case OutcomeUnknown unknown -> unavailable(method, unknown);
            case StoreFull full -> unavailable(method, full);
            default -> {
                LOG.errorv(failure, "A gRPC call failed. method={0}", method);
                yield of(Status.Code.INTERNAL, "An internal error occurred.");
            }
        };
    }

    private static StatusRuntimeException unavailable(String method, RuntimeException failure) {
        LOG.warnv("A gRPC call found etcd unavailable. method={0} cause={1}", method, failure.toString());
        return of(Status.Code.UNAVAILABLE, "The store does not answer; try again.");
    }

    private static StatusRuntimeException refused(Refusal refusal) {
        return switch (refusal) {
            case Refusal.UnknownBinding unknown -> of(Status.Code.NOT_FOUND, "There is no such binding.");
            case Refusal.NotServed notServed ->
                of(Status.Code.PERMISSION_DENIED, "The caller is neither the binding's custodian nor its subject.");
            case Refusal.Withheld withheld -> {
                Metadata trailers = new Metadata();
                trailers.put(DENIAL, withheld.denial().name());
                yield Status.FAILED_PRECONDITION
                        .withDescription(withheld.reason())
                        .asRuntimeException(trailers);
            }
        };
    }

    private static Status.Code codeOf(ProblemCode code) {
        return switch (code) {
            case CANNOT_PARSE_REQUEST, INVALID_PARAMETER, MISSING_PARAMETER, URI_TOO_LONG, UNSUPPORTED_MEDIA_TYPE ->
                Status.Code.INVALID_ARGUMENT;
            case LIMIT_EXCEEDED, TOO_MANY_REQUESTS, REQUEST_ENTITY_TOO_LARGE, REQUEST_HEADER_FIELDS_TOO_LARGE ->
                Status.Code.RESOURCE_EXHAUSTED;
            case RELATED_RESOURCE_NOT_FOUND, NOT_AUTHORIZED_OR_NOT_FOUND, NOT_FOUND -> Status.Code.NOT_FOUND;
            case NOT_AUTHENTICATED -> Status.Code.UNAUTHENTICATED;
            case METHOD_NOT_ALLOWED, METHOD_NOT_IMPLEMENTED -> Status.Code.UNIMPLEMENTED;
            case CONFLICT, INCORRECT_STATE, INVALIDATED_RETRY_TOKEN, NO_ETAG_MATCH -> Status.Code.FAILED_PRECONDITION;
            case INTERNAL_SERVER_ERROR -> Status.Code.INTERNAL;
            case SERVICE_UNAVAILABLE -> Status.Code.UNAVAILABLE;
        };
    }

    static StatusRuntimeException of(Status.Code code, String description) {
        return code.toStatus().withDescription(description).asRuntimeException();
    }

    /** @throws StatusRuntimeException INVALID_ARGUMENT naming the field */
    static <T extends Ocid> T id(String value, String field, Function<String, T> type) {
        try {
            return type.apply(value);
        } catch (ProblemException e) {
            throw of(Status.Code.INVALID_ARGUMENT, field + " is not valid: " + e.getMessage());
        }
    }
}
