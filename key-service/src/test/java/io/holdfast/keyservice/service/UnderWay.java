package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.testkit.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What rests on access may be under way in the very process that takes the access away, without an access session. */
final class UnderWay {
    private final StateRevision state;
    private final AccessBarrier barrier;
    private final KeyUses uses;

    UnderWay(StateRevision state, AccessBarrier barrier, KeyUses uses) {
        this.state = state;
        this.barrier = barrier;
        this.uses = uses;
    }

    /** The change is made at once and answered only when what was under way has ended. */
    void answersAfter(Supplier<Answer> change) throws Exception {
        long before = state.current();
        // From here on no session holds an answer back: there is none, and a predecessor's are over.
        barrier.awaitEnded(before);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // Whether it may still give its answer, having taken so long, is not asked here.
            var unused = threads.submit(() -> uses.run(() -> {
                begun.countDown();
                over.set(await(finish));
                return true;
            }));
            assertThat(await(begun)).isTrue();

            Future<Boolean> overWhenAnswered = threads.submit(() -> {
                Answer answer = change.get();
                assertThat(answer.status()).as(answer.raw().body()).isBetween(200, 204);
                return over.get();
            });
            Await.atMostSeconds(20).until("the change is made", () -> state.current() > before);
            // The wait for uses is bounded by a term, so it is not long here.
            assertThatThrownBy(() -> overWhenAnswered.get(300, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            finish.countDown();

            assertThat(overWhenAnswered.get(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            finish.countDown();
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
