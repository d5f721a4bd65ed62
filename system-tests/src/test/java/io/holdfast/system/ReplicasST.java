package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas of key-service on one etcd. */
class ReplicasST {
    private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[64]);
    private static final int ROTATIONS = 20;
    private static final int ENDS = 6;
    private static final int READERS = 3;
    /** A replica holds what it knows for a tenth of a session's term of 5 s; the rest is for a call under way. */
    private static final Duration HELD = Duration.ofSeconds(1);

    private static StackEnvironment stack;
    private static HoldfastApi api;
    private static SecondReplica second;
    private static ManagedChannel first;
    private static HoldfastApi.BoundCluster bound;
    private static String binding;

    /** @param replica 1 or 2 @param begun and when, on the monotonic clock */
    private record Read(int replica, long begun, Status.Code code) {
        boolean succeeded() {
            return code == Status.Code.OK;
        }
    }

    @BeforeAll
    static void start() {
        stack = Stack.up();
        api = new HoldfastApi(stack);
        second = SecondReplica.start(stack);
        first = SecondReplica.channel(stack, stack.get("HOLDFAST_KEYS_GRPC"));
        bound = api.boundCluster("SOFTWARE");
        binding = BindingsGrpc.newBlockingStub(second.grpc)
                .list(ListRequest.newBuilder().setKeyId(bound.key()).build())
                .getBindings(0)
                .getId();
    }

    @AfterAll
    static void end() {
        first.shutdownNow();
        second.close();
    }

    @Test
    void whatOneRotatesAndWrapsTheOtherUnwrapsAtOnce() {
        long number = wrap(first).getKeyVersionNumber();
        for (int i = 0; i < ROTATIONS; i++) {
            boolean here = i % 2 == 0;
            ManagedChannel one = here ? first : second.grpc;
            ManagedChannel other = here ? second.grpc : first;
            assertThat(unwrap(other, wrap(other))).isEqualTo(PAYLOAD);

            rotate(here ? stack.keys() : second.rest);
            WrapResponse wrapped = wrap(one);

            assertThat(wrapped.getKeyVersionNumber()).isEqualTo(++number);
            assertThat(unwrap(other, wrapped)).isEqualTo(PAYLOAD);
        }
    }

    @Test
    void afterTheAnswerOfOneNeitherUnwraps() throws InterruptedException {
        WrapResponse wrapped = wrap(first);
        AtomicBoolean stop = new AtomicBoolean();
        ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(Thread.ofPlatform().start(() -> readUntil(stop, reads, 1, wrapped)));
            readers.add(Thread.ofPlatform().start(() -> readUntil(stop, reads, 2, wrapped)));
        }
        try {
            for (int round = 0; round < ENDS; round++) {
                URI replica = round % 2 == 0 ? stack.keys() : second.rest;
                reads.clear();
                await("reads at both", reads, 0, true);

                action(replica, "disable");
                long answered = System.nanoTime();

                await("refusals by both", reads, answered, false);
                assertThat(reads.stream().filter(read -> read.begun() - answered > 0))
                        .as("round %d: reads begun after the answer", round)
                        .noneMatch(Read::succeeded)
                        .allMatch(read -> read.code() == Status.Code.FAILED_PRECONDITION);
                action(round % 3 == 0 ? stack.keys() : second.rest, "enable");
            }
        } finally {
            stop.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    @Test
    void aReplicaThatIsCutOffFromEtcdGrantsNothing() {
        WrapResponse wrapped = wrap(second.grpc);

        second.etcd.cut();
        long cut = System.nanoTime();
        try {
            Status.Code code = Checks.eventually(
                    "a refusal",
                    HELD,
                    () -> Optional.of(read(2, wrapped))
                            .filter(read -> !read.succeeded())
                            .map(Read::code));
            assertThat(code).isEqualTo(Status.Code.UNAVAILABLE);
            while (System.nanoTime() - cut < TimeUnit.SECONDS.toNanos(6)) {
                assertThat(read(2, wrapped).code()).isEqualTo(Status.Code.UNAVAILABLE);
            }
            assertThat(read(1, wrapped).succeeded()).isTrue();
        } finally {
            second.etcd.restore();
        }

        Read again = Checks.eventually(
                "a read again",
                Duration.ofSeconds(30),
                () -> Optional.of(read(2, wrapped)).filter(Read::succeeded));
        assertThat(again.replica()).isEqualTo(2);
    }

    private static void readUntil(
            AtomicBoolean stop, ConcurrentLinkedQueue<Read> reads, int replica, WrapResponse wrapped) {
        while (!stop.get()) {
            reads.add(read(replica, wrapped));
        }
    }

    /** Until both replicas have answered so to several calls that began after this moment. */
    private static void await(String what, ConcurrentLinkedQueue<Read> reads, long after, boolean success) {
        for (int replica = 1; replica <= 2; replica++) {
            int asked = replica;
            long found = Checks.eventually(what, Duration.ofSeconds(20), () -> {
                long count = reads.stream()
                        .filter(read -> read.replica() == asked
                                && read.succeeded() == success
                                && (success || read.begun() - after > 0))
                        .count();
                return count >= 2L * READERS ? Optional.of(count) : Optional.empty();
            });
            assertThat(found).isPositive();
        }
    }

    private static Read read(int replica, WrapResponse wrapped) {
        long begun = System.nanoTime();
        try {
            assertThat(unwrap(replica == 1 ? first : second.grpc, wrapped)).isEqualTo(PAYLOAD);
            return new Read(replica, begun, Status.Code.OK);
        } catch (StatusRuntimeException refused) {
            return new Read(replica, begun, refused.getStatus().getCode());
        }
    }

    private static WrapResponse wrap(ManagedChannel replica) {
        return crypto(replica)
                .wrap(WrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addPayloads(PAYLOAD)
                        .build());
    }

    private static ByteString unwrap(ManagedChannel replica, WrapResponse wrapped) {
        return crypto(replica)
                .unwrap(UnwrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addWrapped(wrapped.getWrapped(0))
                        .build())
                .getResults(0)
                .getPayload();
    }

    private static KeyCryptoGrpc.KeyCryptoBlockingStub crypto(ManagedChannel replica) {
        return KeyCryptoGrpc.newBlockingStub(replica).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static void rotate(URI replica) {
        api.client()
                .post(replica, "/20180608/keys/" + bound.key() + "/keyVersions", null)
                .expectSuccess("rotating the key");
    }

    private static void action(URI replica, String action) {
        api.client()
                .post(replica, "/20180608/keys/" + bound.key() + "/actions/" + action, null)
                .expectSuccess(action);
    }
}
