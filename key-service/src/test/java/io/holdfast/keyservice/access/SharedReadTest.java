package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Context;
import io.holdfast.platform.store.StoreUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedReadTest {
    private final Semaphore mayFinish = new Semaphore(0);
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger asking = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SharedRead<Integer> shared = new SharedRead<>(() -> {
        int mine = started.incrementAndGet();
        mayFinish.acquireUninterruptibly();
        if (mine == 99) {
            throw new StoreUnavailable("etcd is away", null);
        }
        return mine;
    });

    @AfterEach
    void end() {
        mayFinish.release(1000);
        threads.shutdownNow();
    }

    @Test
    void whoeverArrivesDuringAReadSharesTheNextOne() throws Exception {
        Future<Integer> first = ask();
        await().until(() -> started.get() == 1);
        List<Future<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            others.add(ask());
        }
        await().until(() -> asking.get() == 51);

        mayFinish.release(2);

        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(1);
        for (Future<Integer> other : others) {
            // Never the read that had begun before they asked.
            assertThat(other.get(5, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(2);
            mayFinish.release();
        }
        assertThat(started.get()).isLessThan(10);
    }

    @Test
    void failureReachesAllWhoShareAndTheNextReadIsFresh() throws Exception {
        started.set(97);
        Future<Integer> first = ask();
        await().until(() -> started.get() == 98);
        Future<Integer> leader = ask();
        Future<Integer> follower = ask();
        await().until(() -> asking.get() == 3);
        await().during(Duration.ofMillis(50)).until(() -> started.get() == 98);

        mayFinish.release(2);

        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(98);
        assertThatThrownBy(() -> leader.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreUnavailable.class);
        assertThatThrownBy(() -> follower.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreUnavailable.class);
        mayFinish.release();
        assertThat(shared.get()).isEqualTo(100);
    }

    private Future<Integer> ask() {
        return threads.submit(() -> {
            asking.incrementAndGet();
            return shared.get();
        });
    }

    @Test
    void theEndOfTheLeadersCallDoesNotEndTheRead() {
        SharedRead<Boolean> shared = new SharedRead<>(() -> Context.current().isCancelled());
        Context.CancellableContext call = Context.current().withCancellation();
        call.cancel(null);
        Context before = call.attach();
        try {
            assertThat(shared.get()).isFalse();
            assertThat(Context.current().isCancelled()).isTrue();
        } finally {
            call.detach(before);
        }
    }
}
