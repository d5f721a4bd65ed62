package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.TestStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AccessSessionsTest {

    /** Whichever moment of a batch the second Ping comes at, the newest is answered, and each at most once. */
    @Test
    void newestPingIsAnswered() throws Exception {
        try (TestStore etcd = TestStore.open()) {
            AccessSessions sessions = new AccessSessions(etcd.store(), CONFIG, new SimpleMeterRegistry());
            sessions.start(new StartupEvent());
            try {
                Pongs pongs = new Pongs();
                AccessSessions.Client client = sessions.open(pongs).orElseThrow();
                for (long ping = 1; ping < 2_000; ping += 2) {
                    client.ping(nonce(ping), 0);
                    client.ping(nonce(ping + 1), 0);

                    long answered = pongs.next();
                    if (answered == ping) {
                        answered = pongs.next();
                    }
                    assertThat(answered).isEqualTo(ping + 1);
                    assertThat(pongs.nonces).isEmpty();
                }
            } finally {
                sessions.stop();
            }
        }
    }

    private static Bytes nonce(long number) {
        return Bytes.copyOf(
                ByteBuffer.allocate(AccessSessions.NONCE).putLong(number).array());
    }

    private static final class Pongs implements AccessSessions.Channel {
        private final BlockingQueue<Bytes> nonces = new LinkedBlockingQueue<>();

        long next() throws InterruptedException {
            Bytes nonce = Objects.requireNonNull(nonces.poll(5, TimeUnit.SECONDS), "no Pong");
            return ByteBuffer.wrap(nonce.toArray()).getLong();
        }

        @Override
        public void pong(Bytes nonce, long stateRevision, long termMillis) {
            nonces.add(nonce);
        }

        @Override
        public void changed(long stateRevision) {}

        @Override
        public void close(String why) {}
    }

    private static final AccessConfig CONFIG = new AccessConfig() {
        @Override
        public Duration term() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration tick() {
            return Duration.ofMillis(500);
        }

        @Override
        public int maxSessions() {
            return 10;
        }
    };
}
