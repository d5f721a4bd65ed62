package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class KeyUsesTest {
    @Test
    void waitsForTheUsesThatBeganBeforeAndForNoOther() throws Exception {
        KeyUses uses = new KeyUses(Duration.ofSeconds(30), TimeSource.system());
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<String> earlier = CompletableFuture.supplyAsync(() -> uses.run(() -> {
            entered.countDown();
            await(release);
            return "plaintext";
        }));
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> waiting = CompletableFuture.runAsync(uses::awaitEarlier);
        assertThatThrownBy(() -> waiting.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(uses.run(() -> "a later use")).isEqualTo("a later use");
        release.countDown();

        waiting.get(5, TimeUnit.SECONDS);
        assertThat(earlier.get(5, TimeUnit.SECONDS)).isEqualTo("plaintext");
    }

    @Test
    void aUseThatTookMostOfATermGivesNothingAway() {
        ManualTime time = new ManualTime();
        KeyUses uses = new KeyUses(Duration.ofSeconds(5), time);

        assertThat(uses.run(() -> after(time, Duration.ofMillis(3999)))).isEqualTo("plaintext");
        assertThatThrownBy(() -> uses.run(() -> after(time, Duration.ofSeconds(4))))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void norDoesOneDuringWhichTheMachineSlept() {
        ManualTime time = new ManualTime();
        KeyUses uses = new KeyUses(Duration.ofSeconds(5), time);

        assertThatThrownBy(() -> uses.run(() -> {
                    time.sleep(Duration.ofMinutes(1));
                    return "plaintext";
                }))
                .isInstanceOf(ProblemException.class);
    }

    private static String after(ManualTime time, Duration passed) {
        time.advance(passed);
        return "plaintext";
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
