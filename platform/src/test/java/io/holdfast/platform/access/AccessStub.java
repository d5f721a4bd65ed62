package io.holdfast.platform.access;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.Changed;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.access.v1.Pong;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.grpc.UnaryCalls;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The server's side of the session, steered by a test. */
@Singleton
public class AccessStub extends AccessGrpc.AccessImplBase {
    static final AtomicLong REVISION = new AtomicLong(10);
    static final AtomicLong ACKNOWLEDGED = new AtomicLong();
    static final AtomicInteger AUTHORIZED = new AtomicInteger();
    static final AtomicInteger GRANTED = new AtomicInteger();
    static final List<StreamObserver<SessionResponse>> STREAMS = new CopyOnWriteArrayList<>();
    static volatile boolean silent;
    /** Long: a test that stops for seconds on a busy machine keeps its session. Not above a minute, which no session takes. */
    static final int LONG_TERM_MILLIS = 30_000;

    static volatile int termMillis = LONG_TERM_MILLIS;

    static void change(long revision) {
        REVISION.set(revision);
        for (StreamObserver<SessionResponse> stream : STREAMS) {
            send(
                    stream,
                    SessionResponse.newBuilder()
                            .setChanged(Changed.newBuilder().setStateRevision(revision))
                            .build());
        }
    }

    static void breakStreams() {
        for (StreamObserver<SessionResponse> stream : STREAMS) {
            STREAMS.remove(stream);
            synchronized (stream) {
                stream.onError(Status.UNAVAILABLE.asRuntimeException());
            }
        }
    }

    private static void send(StreamObserver<SessionResponse> stream, SessionResponse response) {
        synchronized (stream) {
            stream.onNext(response);
        }
    }

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> answers) {
        STREAMS.add(answers);
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionRequest ping) {
                ACKNOWLEDGED.set(ping.getAcknowledgedRevision());
                if (!silent) {
                    send(
                            answers,
                            SessionResponse.newBuilder()
                                    .setPong(Pong.newBuilder()
                                            .setNonce(ping.getNonce())
                                            .setStateRevision(REVISION.get())
                                            .setTermMillis(termMillis))
                                    .build());
                }
            }

            @Override
            public void onError(Throwable failure) {
                STREAMS.remove(answers);
            }

            @Override
            public void onCompleted() {
                STREAMS.remove(answers);
            }
        };
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> answer) {
        String token = request.hasClusterToken()
                ? request.getClusterToken().getToken()
                : request.getOciSignature().getAuthorization();
        if (token.equals("too many")) {
            answer.onError(Overload.refusal("too many signatures are remembered"));
            return;
        }
        if (token.equals("too large")) {
            answer.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
            return;
        }
        if (token.equals("bad")) {
            answer.onError(Status.UNAUTHENTICATED.asRuntimeException());
            return;
        }
        answer.onNext(AuthenticateResponse.newBuilder()
                .setPrincipal(Principal.newBuilder()
                        .setType("user")
                        .setId("ocid1.user.oc1..u")
                        .setName(String.valueOf(PeerIdentity.current()))
                        .setTenancyId("ocid1.tenancy.oc1..t"))
                .setStateRevision(REVISION.get())
                .build());
        answer.onCompleted();
    }

    /** As Holdfast's services answer. */
    @Override
    public void grants(GrantsRequest request, StreamObserver<GrantsResponse> answer) {
        UnaryCalls.serve(answer, () -> {
            GRANTED.incrementAndGet();
            answer.onNext(GrantsResponse.getDefaultInstance());
            answer.onCompleted();
        });
    }

    @Override
    public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> answer) {
        AUTHORIZED.incrementAndGet();
        answer.onNext(AuthorizeResponse.newBuilder()
                .setAllowed(request.getOperation().equals("Allowed"))
                .setStateRevision(REVISION.get())
                .build());
        answer.onCompleted();
    }
}
