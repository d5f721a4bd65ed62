package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.ClusterTokenAuthenticator.Identified;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that the access state overtakes on their way; the session is live all the time. */
class ClusterTokenAuthenticatorTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong revision = new AtomicLong(7);
    private volatile boolean revoked;
    /** Happens between an answer and its arrival. */
    private volatile Runnable meanwhile = () -> {};

    private Server server;
    private ManagedChannel channel;
    private ClusterTokenAuthenticator tokens;

    @BeforeEach
    void serve() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Access())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        tokens = new ClusterTokenAuthenticator(
                channel, Duration.ofSeconds(5), new LiveSession(), TimeSource.system(), 10);
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void aTokenThatIsRevokedWhileItsAnswerArrivesIsRefused() {
        meanwhile = () -> {
            revoked = true;
            revision.set(8);
        };
        assertThatThrownBy(this::authenticate)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.NOT_AUTHENTICATED));
    }

    @Test
    void asksAgainWhateverElseChangesAndKeepsTheAnswer() {
        meanwhile = () -> revision.set(8);
        assertThat(authenticate().stateRevision()).isEqualTo(8);
        assertThat(asked).hasValue(2);
        assertThat(authenticate().stateRevision()).isEqualTo(8);
        assertThat(asked).hasValue(2);
    }

    @Test
    void givesUpWhenTheStateKeepsChanging() {
        meanwhile = revision::incrementAndGet;
        assertThatThrownBy(this::authenticate).isInstanceOf(AccessUnavailable.class);
    }

    private Identified authenticate() {
        return tokens.authenticate("token", new ClusterId("ocid1.cluster.oc1.iad.c"));
    }

    private final class Access extends AccessGrpc.AccessImplBase {
        @Override
        public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
            asked.incrementAndGet();
            if (revoked) {
                observer.onError(Status.UNAUTHENTICATED.asRuntimeException());
                return;
            }
            AuthenticateResponse answer = AuthenticateResponse.newBuilder()
                    .setPrincipal(Principal.newBuilder()
                            .setType("user")
                            .setId("ocid1.user.oc1..u")
                            .setName("u")
                            .setTenancyId("ocid1.tenancy.oc1..t"))
                    .setStateRevision(revision.get())
                    .build();
            meanwhile.run();
            observer.onNext(answer);
            observer.onCompleted();
        }
    }

    private final class LiveSession implements AccessSession {
        @Override
        public boolean admits(long stateRevision) {
            return stateRevision >= revision.get();
        }

        @Override
        public boolean live() {
            return true;
        }

        @Override
        public long revision() {
            return revision.get();
        }

        @Override
        public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
            throw new IllegalStateException("nothing is delivered here");
        }

        @Override
        public void onChange(Runnable callback) {}
    }
}
