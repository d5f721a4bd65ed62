package io.holdfast.keyservice.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.Changed;
import io.holdfast.contracts.access.v1.Pong;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.access.AccessSessions;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One access session on the wire. Pongs and hints come from different threads; the lock keeps them in turn, and nothing
 * under it blocks: gRPC queues what it is given.
 */
final class SessionStream implements AccessSessions.Channel {
    private static final Logger LOG = Logger.getLogger(SessionStream.class);

    private final ServerCallStreamObserver<SessionResponse> out;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;
    private volatile AccessSessions.@Nullable Client client;

    SessionStream(ServerCallStreamObserver<SessionResponse> out) {
        this.out = out;
    }

    /** What receives the client's Pings. */
    StreamObserver<SessionRequest> serve(AccessSessions.Client opened) {
        client = opened;
        out.setOnCancelHandler(this::gone);
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionRequest ping) {
                if (ping.getNonce().size() != AccessSessions.NONCE) {
                    end(Status.INVALID_ARGUMENT.withDescription("a nonce has " + AccessSessions.NONCE + " bytes"));
                    return;
                }
                opened.ping(Bytes.takeOwnershipOf(ping.getNonce().toByteArray()), ping.getAcknowledgedRevision());
            }

            @Override
            public void onError(Throwable failure) {
                gone();
            }

            @Override
            public void onCompleted() {
                end(null);
            }
        };
    }

    @Override
    public void pong(Bytes nonce, long stateRevision, long termMillis) {
        if (!send(SessionResponse.newBuilder()
                .setPong(Pong.newBuilder()
                        .setNonce(ByteString.copyFrom(nonce.toArray()))
                        .setStateRevision(stateRevision)
                        .setTermMillis(termMillis))
                .build())) {
            // A client that sends Pings and does not read would make this side queue without end.
            end(Status.RESOURCE_EXHAUSTED.withDescription("the session's answers are not read"));
        }
    }

    @Override
    public void changed(long stateRevision) {
        // Only a hint; when the client does not read, its next Pong says the same.
        boolean unused = send(SessionResponse.newBuilder()
                .setChanged(Changed.newBuilder().setStateRevision(stateRevision))
                .build());
    }

    @Override
    public void close(String why) {
        end(Status.DEADLINE_EXCEEDED.withDescription(why));
    }

    /** @return false when the client does not read */
    private boolean send(SessionResponse response) {
        lock.lock();
        try {
            if (ended) {
                return true;
            }
            if (!out.isReady()) {
                return false;
            }
            out.onNext(response);
            return true;
        } catch (RuntimeException e) {
            // The call ended between the check and the write; the cancel handler does the rest.
            LOG.debugv("An access session ended while it was written to. cause={0}", e.toString());
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void end(@Nullable Status error) {
        gone();
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            if (error == null) {
                out.onCompleted();
            } else {
                out.onError(error.asRuntimeException());
            }
        } catch (RuntimeException e) {
            LOG.debugv("An access session had ended already. cause={0}", e.toString());
        } finally {
            lock.unlock();
        }
    }

    private void gone() {
        AccessSessions.Client open = client;
        if (open != null) {
            open.disconnected();
        }
    }
}
