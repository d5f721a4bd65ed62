package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.grpc.UnaryCalls;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.HeldWork;
import io.holdfast.testkit.Unheard;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Overload, deadlines, health and reflection, as a client sees them over mutual TLS. */
@QuarkusTest
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(GrpcPort.class)
class ServedCallsTest {
    private static volatile boolean down;

    /** A readiness check that a test can fail. */
    @Readiness
    @jakarta.inject.Singleton
    static class Steered implements HealthCheck {
        @Override
        public org.eclipse.microprofile.health.HealthCheckResponse call() {
            return org.eclipse.microprofile.health.HealthCheckResponse.named("steered")
                    .status(!down)
                    .build();
        }
    }

    @ConfigProperty(name = "holdfast.tls.dir")
    Path tls;

    @ConfigProperty(name = "holdfast.grpc.port")
    int port;

    private ManagedChannel channel;

    @BeforeEach
    void open() {
        down = false;
        AccessStub.GRANTED.set(0);
        channel = ServiceChannel.open(tls, "secret-service", "key-service", "127.0.0.1:" + port);
    }

    @AfterEach
    void close() {
        down = false;
        channel.shutdownNow();
    }

    private AccessGrpc.AccessBlockingStub access() {
        return AccessGrpc.newBlockingStub(channel);
    }

    @Test
    void overloadSaysWhenToComeAgain() {
        try (var everyPlace =
                HeldWork.start(UnaryCalls.MOST_AT_ONCE, piece -> UnaryCalls.serve(new Unheard<>(), piece))) {
            assertThatExceptionOfType(StatusRuntimeException.class)
                    .isThrownBy(() ->
                            access().withDeadlineAfter(10, TimeUnit.SECONDS).grants(GrantsRequest.getDefaultInstance()))
                    .satisfies(refused -> {
                        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                        assertThat(retryInfo(refused).getRetryDelay().getSeconds())
                                .isEqualTo(Overload.RETRY_AFTER.toSeconds());
                    });
            assertThat(AccessStub.GRANTED).hasValue(0);
        }
        Await.atMostSeconds(30).until("a call is served", this::served);
    }

    private boolean served() {
        try {
            var unused = access().withDeadlineAfter(5, TimeUnit.SECONDS).grants(GrantsRequest.getDefaultInstance());
            return true;
        } catch (StatusRuntimeException refused) {
            return false;
        }
    }

    private static RetryInfo retryInfo(StatusRuntimeException refused) {
        com.google.rpc.Status status = StatusProto.fromThrowable(refused);
        assertThat(status).isNotNull();
        assertThat(status.getDetailsList()).hasSize(1);
        try {
            return status.getDetails(0).unpack(RetryInfo.class);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsAtHandIsAnsweredOnTheCallersThread() {
        List<String> done = new ArrayList<>();
        Thread here = Thread.currentThread();

        UnaryCalls.serve(
                new Unheard<>(),
                () -> Thread.currentThread() == here && done.add("at hand"),
                () -> done.add("on a thread of its own"),
                refusal -> done.add("refused"));

        assertThat(done).containsExactly("at hand");
    }

    @Test
    void nothingIsAtHandForACallThatHasEnded() throws Exception {
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        Context.CancellableContext ended = Context.current().withCancellation();
        ended.cancel(null);

        ended.run(() -> UnaryCalls.serve(
                new Unheard<>(),
                () -> done.add("at hand"),
                () -> done.add("on a thread of its own"),
                refusal -> done.add("refused")));

        assertThat(done.poll(10, TimeUnit.SECONDS)).isEqualTo("refused");
        assertThat(done).isEmpty();
    }

    @Test
    void aCallWhoseDeadlineHasPassedStartsNoWork() {
        // Sent as a header: with a deadline of its own the client would give up before the server can.
        Metadata late = new Metadata();
        late.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "1n");

        // The server resets the stream; a client with a deadline of its own says DEADLINE_EXCEEDED by itself.
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> access().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(late))
                        .grants(GrantsRequest.getDefaultInstance()))
                .satisfies(refused -> assertThat(refused.getStatus().getCode())
                        .isIn(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED));

        var unused = access().withDeadlineAfter(10, TimeUnit.SECONDS).grants(GrantsRequest.getDefaultInstance());
        // One more, and it is the only one: the late call, which came first, has begun nothing.
        assertThat(AccessStub.GRANTED).hasValue(1);
    }

    @Test
    void healthIsReadiness() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        for (String service : new String[] {"", "holdfast.access.v1.Access", "grpc.health.v1.Health"}) {
            assertThat(status(health, service)).as(service).isEqualTo(ServingStatus.SERVING);
        }
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> status(health, "holdfast.nothing.v1.Nothing"))
                .satisfies(refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));

        Iterator<HealthCheckResponse> watched =
                health.withDeadlineAfter(30, TimeUnit.SECONDS).watch(HealthCheckRequest.getDefaultInstance());
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        down = true;
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(status(health, "")).isEqualTo(ServingStatus.NOT_SERVING);
        down = false;
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    private static ServingStatus status(HealthGrpc.HealthBlockingStub health, String service) {
        return health.withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    @Test
    void reflectionNamesWhatIsServed() throws InterruptedException {
        BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<ServerReflectionRequest> questions = ServerReflectionGrpc.newStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .serverReflectionInfo(new Collecting<>(answers));
        questions.onNext(
                ServerReflectionRequest.newBuilder().setListServices("").build());
        ServerReflectionResponse answer = answers.poll(10, TimeUnit.SECONDS);
        questions.onCompleted();

        assertThat(answer).isNotNull();
        assertThat(answer.getListServicesResponse().getServiceList().stream().map(ServiceResponse::getName))
                .contains("holdfast.access.v1.Access", "grpc.health.v1.Health");
    }

    private record Collecting<T>(BlockingQueue<T> into) implements StreamObserver<T> {
        @Override
        public void onNext(T value) {
            into.add(value);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    /** The other end of a call that only takes a place. */
}
