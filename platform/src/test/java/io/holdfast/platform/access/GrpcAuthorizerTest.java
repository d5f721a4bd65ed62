package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a decision is kept, on a clock that stands until it is moved; the session is live all the time. */
class GrpcAuthorizerTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final TenancyId TENANCY = new TenancyId("ocid1.tenancy.oc1..t");
    private static final Caller CALLER = new Caller("user", "ocid1.user.oc1..u", "u", TENANCY, "");

    private final AtomicInteger asked = new AtomicInteger();
    private volatile AuthorizeResponse answer = AuthorizeResponse.getDefaultInstance();
    private volatile Instant now = NOON;
    private Server server;
    private ManagedChannel channel;
    private GrpcAuthorizer authorizer;

    @BeforeEach
    void serve() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Access())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        authorizer = new GrpcAuthorizer(channel, Duration.ofSeconds(5), new LiveSession(), new Clock(), 10);
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void accessEndsWithItsConditionOfTime() {
        answer = allowed(NOON.plusSeconds(60));
        assertThat(decide().allowed()).isTrue();

        answer = AuthorizeResponse.getDefaultInstance();
        now = NOON.plusMillis(59_999);
        assertThat(decide().allowed()).isTrue();
        assertThat(asked).hasValue(1);

        now = NOON.plusSeconds(60);
        assertThat(decide().allowed()).isFalse();
        assertThat(asked).hasValue(2);
    }

    @Test
    void aDenialEndsWithItsConditionOfTimeAsWell() {
        answer = AuthorizeResponse.newBuilder()
                .setHoldsUntilMillis(NOON.plusSeconds(60).toEpochMilli())
                .build();
        assertThat(decide().allowed()).isFalse();
        assertThat(decide().allowed()).isFalse();
        assertThat(asked).hasValue(1);

        answer = allowed(NOON.plusSeconds(3600));
        now = NOON.plusSeconds(60);
        assertThat(decide().allowed()).isTrue();
    }

    @Test
    void withoutAConditionOfTimeItIsKeptUntilTheStateMoves() {
        answer = AuthorizeResponse.newBuilder()
                .setAllowed(true)
                .setTargetTenancyId(TENANCY.value())
                .build();
        assertThat(decide().targetTenancy()).contains(TENANCY);

        now = NOON.plus(Duration.ofDays(1000));
        assertThat(decide().allowed()).isTrue();
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatIsOverWhenItArrivesIsNeverUsed() {
        answer = allowed(NOON);
        assertThatThrownBy(this::decide).isInstanceOf(AccessUnavailable.class).hasMessageContaining("clocks");
    }

    private static AuthorizeResponse allowed(Instant until) {
        return AuthorizeResponse.newBuilder()
                .setAllowed(true)
                .setHoldsUntilMillis(until.toEpochMilli())
                .build();
    }

    private Decision decide() {
        return authorizer.decide(
                CALLER, "GetKey", List.of("KEY_READ"), new CompartmentId("ocid1.compartment.oc1..c"), Map.of());
    }

    private final class Access extends AccessGrpc.AccessImplBase {
        @Override
        public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> observer) {
            asked.incrementAndGet();
            observer.onNext(answer);
            observer.onCompleted();
        }
    }

    private final class Clock implements TimeSource {
        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return Duration.between(NOON, now).toNanos();
        }
    }

    private static final class LiveSession implements AccessSession {
        @Override
        public boolean admits(long stateRevision) {
            return true;
        }

        @Override
        public boolean live() {
            return true;
        }

        @Override
        public long revision() {
            return 1;
        }

        @Override
        public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
            throw new IllegalStateException("nothing is delivered here");
        }

        @Override
        public void onChange(Runnable callback) {}
    }
}
