package io.holdfast.platform.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.platform.access.PeerIdentity;
import io.holdfast.platform.store.RevisionCompacted;
import io.holdfast.platform.store.StoreUnavailable;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Answers unary calls that only some Holdfast services may make, and says every failure as a status: PERMISSION_DENIED for
 * another caller, what the work threw when it threw a status, UNAVAILABLE while etcd does not answer, INTERNAL, logged and
 * without a word about the cause, for anything else.
 */
public final class ServiceCalls {
    private static final Logger LOG = Logger.getLogger(ServiceCalls.class);

    private final Set<String> callers;
    private final String refusal;

    /**
     * @param refusal what another caller is told
     * @param callers the names of the services that may call
     */
    public ServiceCalls(String refusal, String... callers) {
        this.refusal = refusal;
        this.callers = Set.of(callers);
    }

    /** On a virtual thread of the call's own; returns at once. */
    public <T> void answer(StreamObserver<T> call, Supplier<T> work) {
        UnaryCalls.serve(call, () -> answerHere(call, work));
    }

    private <T> void answerHere(StreamObserver<T> call, Supplier<T> work) {
        T answer;
        try {
            requireCaller();
            answer = work.get();
        } catch (StatusRuntimeException refused) {
            call.onError(refused);
            return;
        } catch (StoreUnavailable | RevisionCompacted e) {
            LOG.warnf("A gRPC call found etcd unavailable: %s", e.getMessage());
            call.onError(refusal(Status.UNAVAILABLE, "etcd does not answer"));
            return;
        } catch (RuntimeException e) {
            LOG.error("A gRPC call failed", e);
            call.onError(Status.INTERNAL.asRuntimeException());
            return;
        }
        call.onNext(answer);
        call.onCompleted();
    }

    private void requireCaller() {
        if (!(PeerIdentity.current() instanceof PeerIdentity.Peer.Service service)
                || !callers.contains(service.name())) {
            throw refusal(Status.PERMISSION_DENIED, refusal);
        }
    }

    /** A status with a description, to throw. */
    public static StatusRuntimeException refusal(Status status, String why) {
        return status.withDescription(why).asRuntimeException();
    }
}
