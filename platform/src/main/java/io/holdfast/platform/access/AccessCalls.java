package io.holdfast.platform.access;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.http.Caller;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The two questions to key-service, with a deadline, and what their failures mean. */
final class AccessCalls {
    private final AccessGrpc.AccessBlockingStub stub;
    private final Duration timeout;

    AccessCalls(Channel channel, Duration timeout) {
        this.stub = AccessGrpc.newBlockingStub(channel);
        this.timeout = timeout;
    }

    AuthenticateResponse authenticate(AuthenticateRequest request) {
        try {
            return bounded().authenticate(request);
        } catch (StatusRuntimeException failure) {
            if (failure.getStatus().getCode() == Status.Code.UNAUTHENTICATED
                    || failure.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                throw new ProblemException(
                        ProblemCode.NOT_AUTHENTICATED, ProblemCode.NOT_AUTHENTICATED.defaultMessage(), failure);
            }
            if (Overload.isRefusal(failure)) {
                throw busy(failure);
            }
            throw new AccessUnavailable("key-service did not say who the caller is", failure);
        }
    }

    AuthorizeResponse authorize(AuthorizeRequest request) {
        try {
            return bounded().authorize(request);
        } catch (StatusRuntimeException failure) {
            if (failure.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                return AuthorizeResponse.newBuilder()
                        .setReason("key-service refused the question: "
                                + failure.getStatus().getDescription())
                        .build();
            }
            if (Overload.isRefusal(failure)) {
                throw busy(failure);
            }
            throw new AccessUnavailable("key-service did not say what the caller may", failure);
        }
    }

    /** Its refusal is ours: nothing is broken, and whoever asks is to wait. */
    private static ProblemException busy(StatusRuntimeException failure) {
        return new ProblemException(
                ProblemCode.TOO_MANY_REQUESTS, ProblemCode.TOO_MANY_REQUESTS.defaultMessage(), failure);
    }

    private AccessGrpc.AccessBlockingStub bounded() {
        return stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    static Caller caller(Principal principal) {
        try {
            return new Caller(
                    principal.getType(),
                    principal.getId(),
                    principal.getName(),
                    new TenancyId(principal.getTenancyId()),
                    principal.getCompartmentId());
        } catch (ProblemException malformed) {
            throw new AccessUnavailable("key-service named a caller without a valid tenancy", malformed);
        }
    }

    static Optional<TenancyId> targetTenancy(AuthorizeResponse answer) {
        if (answer.getTargetTenancyId().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TenancyId(answer.getTargetTenancyId()));
        } catch (ProblemException malformed) {
            throw new AccessUnavailable("key-service named no valid tenancy of a compartment", malformed);
        }
    }

    static Principal principal(Caller caller) {
        return Principal.newBuilder()
                .setType(caller.type())
                .setId(caller.id())
                .setName(caller.name())
                .setTenancyId(caller.tenancyId().value())
                .setCompartmentId(caller.compartmentId())
                .build();
    }
}
