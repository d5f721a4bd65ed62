package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.TestStore;
import io.holdfast.testkit.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    @Test
    void anErrorWhileOneIsAnsweredKeepsNobodyFromLaterAnswers() {
        try (TestStore etcd = TestStore.open()) {
            AccessSessions sessions = new AccessSessions(etcd.store(), CONFIG, new SimpleMeterRegistry());
            AtomicInteger thrown = new AtomicInteger();
            AccessSessions.Channel broken = new AccessSessions.Channel() {
                @Override
                public void pong(Bytes nonce, long stateRevision, long termMillis) {
                    thrown.incrementAndGet();
                    throw new NoClassDefFoundError("a test");
                }

                @Override
                public void changed(long stateRevision) {}

                @Override
                public void close(String why) {}
            };
            Pongs sound = new Pongs();
            sessions.start(new StartupEvent());
            try {
                sessions.open(broken).orElseThrow().ping(nonce(1), 0);
                Await.atMostSeconds(30).until("the error", () -> thrown.get() == 1);
                sessions.open(sound).orElseThrow().ping(nonce(2), 0);
                Await.atMostSeconds(30).until("the answer", () -> sound.nonces.contains(nonce(2)));
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
        private final List<Bytes> nonces = new CopyOnWriteArrayList<>();

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
