package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    private static final Duration TERM = Duration.ofSeconds(5);
    private final Clocks clocks = new Clocks();
    private final SessionState state = new SessionState(clocks);

    private static final class Clocks implements TimeSource {
        private Instant wall = Instant.parse("2026-11-24T00:00:00Z");
        private long monotonic = 1_000_000_000_000L;

        @Override
        public Instant wall() {
            return wall;
        }

        @Override
        public long monotonicNanos() {
            return monotonic;
        }

        void pass(Duration time) {
            wall = wall.plus(time);
            monotonic += time.toNanos();
        }
    }

    @Test
    void carriesFromTheMomentThePingWasSent() {
        assertThat(state.admits(0)).isFalse();
        SessionState.Ping ping = state.ping();
        clocks.pass(Duration.ofSeconds(4));
        state.pong(ping.nonce(), 7, TERM);

        assertThat(state.admits(7)).isTrue();
        clocks.pass(Duration.ofMillis(499));
        assertThat(state.admits(7)).isTrue();
        clocks.pass(Duration.ofMillis(1));
        assertThat(state.admits(7)).isFalse();
        assertThat(state.live()).isFalse();
    }

    @Test
    void anAnswerThatWasHeldUpCarriesNothing() {
        SessionState.Ping ping = state.ping();
        clocks.pass(Duration.ofSeconds(5));
        state.pong(ping.nonce(), 7, TERM);

        assertThat(state.live()).isFalse();
    }

    @Test
    void anUnknownOrRepeatedNonceCarriesNothing() {
        SessionState.Ping ping = state.ping();
        state.pong(io.holdfast.kernel.Bytes.copyOf(new byte[16]), 7, TERM);
        assertThat(state.live()).isFalse();
        state.pong(ping.nonce(), 7, TERM);
        clocks.pass(Duration.ofSeconds(5));
        state.pong(ping.nonce(), 7, TERM);
        assertThat(state.live()).isFalse();
    }

    @Test
    void aPongOutOfOrderNeverShortensWhatIsHeld() {
        SessionState.Ping first = state.ping();
        clocks.pass(Duration.ofSeconds(1));
        SessionState.Ping second = state.ping();
        state.pong(second.nonce(), 7, TERM);
        state.pong(first.nonce(), 7, TERM);
        clocks.pass(Duration.ofMillis(4400));

        assertThat(state.live()).isTrue();
    }

    @Test
    void clocksThatDriftApartDropTheSession() {
        state.pong(state.ping().nonce(), 7, TERM);
        SessionState.Ping outstanding = state.ping();
        clocks.wall = clocks.wall.plusMillis(501);
        assertThat(state.admits(7)).isFalse();

        // As after a suspend: the monotonic clock stood still, so the Ping from before looks younger than it is.
        state.pong(outstanding.nonce(), 7, TERM);
        assertThat(state.admits(7)).isFalse();
        state.pong(state.ping().nonce(), 7, TERM);
        assertThat(state.admits(7)).isTrue();
    }

    @Test
    void aChangeClosesWhatIsOlderAndOpensNothing() {
        assertThat(state.changed(5)).isTrue();
        assertThat(state.live()).isFalse();
        state.pong(state.ping().nonce(), 7, TERM);
        assertThat(state.changed(8)).isTrue();
        assertThat(state.changed(6)).isFalse();

        assertThat(state.admits(7)).isFalse();
        assertThat(state.admits(8)).isTrue();
        assertThat(state.admits(9)).isTrue();
        assertThat(state.ping().acknowledgedRevision()).isEqualTo(8);
    }

    @Test
    void aStateThatWentBackDropsTheSession() {
        state.pong(state.ping().nonce(), 100, TERM);
        state.pong(state.ping().nonce(), 40, TERM);

        assertThat(state.live()).isFalse();
    }

    @Test
    void aDeliveryHoldsBackOnlyUntilItsSessionWouldHaveEnded() {
        state.pong(state.ping().nonce(), 7, TERM);
        CompletableFuture<Void> left = new CompletableFuture<>();
        AtomicBoolean ended = new AtomicBoolean();
        boolean ran = state.deliver(7, () -> left, () -> ended.set(true));

        state.changed(9);
        assertThat(state.ping().acknowledgedRevision()).isEqualTo(7);
        assertThat(state.holdsBack()).isTrue();
        clocks.pass(Duration.ofMillis(4500));
        assertThat(state.ping().acknowledgedRevision()).isEqualTo(9);

        assertThat(ran).isTrue();
        assertThat(state.holdsBack()).isFalse();
        left.complete(null);
        assertThat(ended).isTrue();
    }

    @Test
    void aDeliveryLastsUntilItsLastByteHasLeft() {
        state.pong(state.ping().nonce(), 7, TERM);
        CompletableFuture<Void> left = new CompletableFuture<>();
        state.deliver(7, () -> left, () -> {});
        state.changed(9);

        assertThat(state.ping().acknowledgedRevision()).isEqualTo(7);
        left.complete(null);
        assertThat(state.ping().acknowledgedRevision()).isEqualTo(9);
    }
}
