package io.holdfast.keyservice.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.keyservice.access.AccessSessions;
import io.holdfast.platform.grpc.Overload;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The streams of the access sessions. */
@ApplicationScoped
class SessionCalls {
    private final AccessSessions sessions;

    SessionCalls(AccessSessions sessions) {
        this.sessions = sessions;
    }

    /** Never blocks: Pings are answered by the sessions' own thread. The caller has been judged. */
    StreamObserver<SessionRequest> open(StreamObserver<SessionResponse> responses) {
        if (!(responses instanceof ServerCallStreamObserver<SessionResponse> out)) {
            throw new IllegalStateException("the gRPC server gives no call observer: " + responses.getClass());
        }
        SessionStream stream = new SessionStream(out);
        Optional<AccessSessions.Client> client = sessions.open(stream);
        if (client.isEmpty()) {
            return refused(responses, Overload.refusal("too many access sessions; try again later"));
        }
        return stream.serve(client.get());
    }

    /** Ends the call; what the client still sends is dropped. */
    static StreamObserver<SessionRequest> refused(
            StreamObserver<SessionResponse> responses, StatusRuntimeException refusal) {
        responses.onError(refusal);
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionRequest ignored) {}

            @Override
            public void onError(Throwable ignored) {}

            @Override
            public void onCompleted() {}
        };
    }
}
