package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.platform.store.StoreUnavailable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeldRevisionTest {
    private static final Duration MOMENT = Duration.ofMillis(500);

    private final ManualTime time = new ManualTime();
    private final AtomicLong known = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile long inEtcd = 7;
    private volatile boolean away;
    private volatile Duration readTakes = Duration.ZERO;
    private final HeldRevision held = new HeldRevision(this::etcd, known::get, MOMENT, time);

    private long etcd() {
        if (away) {
            throw new StoreUnavailable("etcd is away", null);
        }
        long found = inEtcd;
        time.advance(readTakes);
        reads.incrementAndGet();
        return found;
    }

    @Test
    void oneReadServesManyForAMoment() {
        for (int i = 0; i < 100; i++) {
            assertThat(held.get()).isEqualTo(7);
        }
        time.advance(MOMENT.dividedBy(2).minusNanos(1));
        assertThat(held.get()).isEqualTo(7);

        assertThat(reads).hasValue(1);
    }

    @Test
    void isReadAheadOfTheEndOfTheMoment() {
        assertThat(held.get()).isEqualTo(7);
        inEtcd = 8;
        time.advance(MOMENT.dividedBy(2));

        assertThat(held.get()).isEqualTo(7);

        await().until(() -> held.get() == 8);
        assertThat(reads).hasValue(2);
    }

    @Test
    void isOverWithTheMomentAndWhenEtcdIsAwaySoIsEverything() {
        assertThat(held.get()).isEqualTo(7);
        away = true;
        time.advance(MOMENT.minusNanos(1));
        assertThat(held.get()).isEqualTo(7);

        time.advance(Duration.ofNanos(1));

        assertThatThrownBy(held::get).isInstanceOf(StoreUnavailable.class);
    }

    @Test
    void theMomentCountsFromTheBeginningOfTheRead() {
        readTakes = MOMENT;
        assertThat(held.get()).isEqualTo(7);
        inEtcd = 8;

        assertThat(held.get()).isEqualTo(8);
    }

    @Test
    void isOverAsSoonAsANewerOneIsKnown() {
        assertThat(held.get()).isEqualTo(7);
        inEtcd = 8;
        known.set(8);

        assertThat(held.get()).isEqualTo(8);
        assertThat(held.get()).isEqualTo(8);
        assertThat(reads).hasValue(2);
    }

    @Test
    void isAtHandWhileNoReadIsNeeded() {
        assertThat(held.atHand()).isEmpty();
        assertThat(reads).hasValue(0);

        assertThat(held.get()).isEqualTo(7);
        assertThat(held.atHand()).hasValue(7);
        known.set(8);
        assertThat(held.atHand()).isEmpty();
        known.set(7);
        time.advance(MOMENT);
        assertThat(held.atHand()).isEmpty();
        assertThat(reads).hasValue(1);
    }

    @Test
    void isOverAfterTheMachineSlept() {
        assertThat(held.get()).isEqualTo(7);
        inEtcd = 8;
        time.sleep(Duration.ofMinutes(1));

        assertThat(held.get()).isEqualTo(8);
    }

    @Test
    void readIsNeverHeld() {
        assertThat(held.read()).isEqualTo(7);
        inEtcd = 8;

        assertThat(held.read()).isEqualTo(8);
    }
}
