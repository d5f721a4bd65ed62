package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessEndTest {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final KeyUses uses = new KeyUses(Duration.ofSeconds(30), TimeSource.system());

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void theSessionsEndAndThenWhatIsUnderWayHere() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch atBarrier = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        CompletableFuture<Void> use = CompletableFuture.runAsync(
                () -> uses.run(() -> {
                    begun.countDown();
                    await(finish);
                    told.add("use ended");
                    return true;
                }),
                threads);
        await(begun);
        AccessEnd end = new AccessEnd(
                revision -> {
                    told.add("barrier at " + revision);
                    atBarrier.countDown();
                },
                uses);

        CompletableFuture<Void> ended = CompletableFuture.runAsync(
                () -> {
                    end.await(42);
                    told.add("answered");
                },
                threads);
        await(atBarrier);
        assertThat(ended).isNotDone();
        finish.countDown();

        CompletableFuture.allOf(use, ended).get(20, TimeUnit.SECONDS);
        assertThat(told).containsExactly("barrier at 42", "use ended", "answered");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
