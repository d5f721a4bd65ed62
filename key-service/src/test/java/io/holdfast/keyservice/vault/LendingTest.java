package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.ManualTime;
import io.holdfast.keyservice.vault.Lending.Seen;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Ages, and callers who miss the same thing at once. */
class LendingTest {
    private static final Seen SEEN = new Seen(10, 5);
    private static final int WAITERS = 20;

    private final KeyId key = Samples.MINT.key(Samples.VAULT);
    private final ManualTime time = new ManualTime();
    private final List<String> wiped = new ArrayList<>();
    private final Lending<String, String> lending = new Lending<>(10, Duration.ofHours(1), time, wiped::add);
    private final AtomicInteger openings = new AtomicInteger();

    @Test
    void whatIsOpenForTooLongGoesAlthoughNobodyBorrowsIt() {
        lending.borrow("old", key, SEEN, () -> "old thing").close();
        time.advance(Duration.ofMinutes(59));
        lending.borrow("young", key, SEEN, () -> "young thing").close();
        lending.dropAged();
        assertThat(lending.size()).isEqualTo(2);

        time.advance(Duration.ofMinutes(2));
        lending.dropAged();

        assertThat(wiped).containsExactly("old thing");
        assertThat(lending.size()).isEqualTo(1);
    }

    @Test
    void whatIsInUseIsWipedWhenItsUseEnds() {
        try (Lending<String, String>.Loan loan = lending.borrow("old", key, SEEN, () -> "old thing")) {
            time.advance(Duration.ofHours(2));
            lending.dropAged();
            assertThat(lending.size()).isZero();
            assertThat(wiped).isEmpty();
            assertThat(loan.thing()).isEqualTo("old thing");
        }
        assertThat(wiped).containsExactly("old thing");
    }

    @Test
    void aVaultThatDoesNotAnswerIsAskedOnceForAllWhoWait() throws Exception {
        List<Throwable> failures = failures(() -> {
            throw new VaultUnavailable("silent", null);
        });

        assertThat(failures)
                .hasSize(WAITERS + 1)
                .allSatisfy(failure ->
                        assertThat(failure).isInstanceOf(VaultUnavailable.class).hasMessage("silent"));
        assertThat(openings).hasValue(1);
        assertThatThrownBy(() -> lending.borrow("thing", key, SEEN, () -> {
                    throw new VaultUnavailable("silent still", null);
                }))
                .hasMessage("silent still");
    }

    @Test
    void etcdThatDoesNotAnswerIsAskedOnceForAllWhoWait() throws Exception {
        List<Throwable> failures = failures(() -> {
            throw new StoreUnavailable("away", null);
        });

        assertThat(failures)
                .hasSize(WAITERS + 1)
                .allSatisfy(failure ->
                        assertThat(failure).isInstanceOf(StoreUnavailable.class).hasMessage("away"));
        assertThat(openings).hasValue(1);
    }

    @Test
    void theContextOfWhoOpensEndsNothingForWhoWaits() throws Exception {
        Context.CancellableContext gone = Context.current().withCancellation();
        gone.cancel(null);
        gone.run(() -> lending.borrow(
                        "thing",
                        key,
                        SEEN,
                        () -> "cancelled: " + Context.current().isCancelled())
                .close());
        try (Lending<String, String>.Loan loan = lending.borrow("thing", key, SEEN, () -> "another")) {
            assertThat(loan.thing()).isEqualTo("cancelled: false");
        }
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<?> opens = threads.submit(() -> lending.borrow("thing", key, SEEN, () -> {
                        begun.countDown();
                        await(over);
                        return "thing";
                    })
                    .close());
            await(begun);
            Future<Boolean> waits = threads.submit(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> lending.borrow("thing", key, SEEN, () -> "another"))
                        .isInstanceOf(VaultUnavailable.class);
                return Thread.interrupted();
            });
            assertThat(waits.get(20, TimeUnit.SECONDS)).isTrue();
            over.countDown();
            opens.get();
        }
    }

    @Test
    void whatIsWrongWithOneCallersThingIsForEachToFindOut() throws Exception {
        List<Throwable> failures = failures(() -> {
            throw new IllegalArgumentException("damaged");
        });

        assertThat(failures)
                .hasSize(WAITERS + 1)
                .allSatisfy(failure -> assertThat(failure).isInstanceOf(IllegalArgumentException.class));
        assertThat(openings).hasValue(WAITERS + 1);
    }

    @Test
    void whoWaitsGetsWhatWasOpened() throws Exception {
        assertThat(failures(() -> "thing")).isEmpty();
        assertThat(openings).hasValue(1);
        assertThat(lending.size()).isEqualTo(1);
    }

    /** Of callers of which one opens while the others wait for it. */
    private List<Throwable> failures(Supplier<String> opener) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        List<Thread> waiting = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        Supplier<String> slow = () -> {
            openings.incrementAndGet();
            begun.countDown();
            await(over);
            return opener.get();
        };
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(task -> {
            Thread thread = new Thread(task);
            waiting.add(thread);
            return thread;
        })) {
            List<Future<?>> calls = new ArrayList<>();
            calls.add(threads.submit(
                    () -> lending.borrow("thing", key, SEEN, slow).close()));
            await(begun);
            for (int i = 0; i < WAITERS; i++) {
                calls.add(threads.submit(
                        () -> lending.borrow("thing", key, SEEN, slow).close()));
            }
            Await.atMostSeconds(20)
                    .until(
                            "all wait",
                            () -> waiting.stream()
                                    .allMatch(thread -> thread.getState() == Thread.State.WAITING
                                            || thread.getState() == Thread.State.TIMED_WAITING));
            over.countDown();
            for (Future<?> call : calls) {
                try {
                    call.get();
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
        }
        return failures;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
