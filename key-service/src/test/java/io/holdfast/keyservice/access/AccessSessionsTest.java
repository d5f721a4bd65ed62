package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.TestStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AccessSessionsTest {

    @Test
    void clientThatPingsAgainWithinABatchIsAnsweredOnceForTheNewest() {
        try (TestStore etcd = TestStore.open()) {
            AccessSessions sessions = new AccessSessions(etcd.store(), CONFIG, new SimpleMeterRegistry());
            Pongs twice = new Pongs();
            Pongs once = new Pongs();
            AccessSessions.Client again = sessions.open(twice).orElseThrow();
            AccessSessions.Client other = sessions.open(once).orElseThrow();
            again.ping(nonce(1), 0);
            other.ping(nonce(5), 0);

            AtomicBoolean pinged = new AtomicBoolean();
            sessions.answer(Objects.requireNonNull(sessions.next()), () -> {
                if (pinged.compareAndSet(false, true)) {
                    again.ping(nonce(2), 0);
                }
                return sessions.next();
            });

            assertThat(twice.nonces).containsExactly(nonce(2));
            assertThat(once.nonces).containsExactly(nonce(5));
            assertThat(sessions.next()).isNull();
        }
    }

    private static Bytes nonce(long number) {
        return Bytes.copyOf(
                ByteBuffer.allocate(AccessSessions.NONCE).putLong(number).array());
    }

    private static final class Pongs implements AccessSessions.Channel {
        private final List<Bytes> nonces = new ArrayList<>();

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
