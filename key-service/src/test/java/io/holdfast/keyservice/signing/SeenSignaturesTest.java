package io.holdfast.keyservice.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeenSignaturesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    @Test
    void eachIsTheFirstOnce() {
        SeenSignatures seen = new SeenSignatures();

        assertThat(seen.isFirst(signature(1), NOW.plusSeconds(300), NOW)).isTrue();
        assertThat(seen.isFirst(signature(2), NOW.plusSeconds(300), NOW)).isTrue();
        assertThat(seen.isFirst(signature(1), NOW.plusSeconds(300), NOW.plusSeconds(300)))
                .isFalse();
    }

    @Test
    void whatHoldsNoLongerMakesRoom() {
        SeenSignatures seen = new SeenSignatures(2);
        seen.isFirst(signature(1), NOW.plusSeconds(300), NOW);
        seen.isFirst(signature(2), NOW.plusSeconds(600), NOW);

        assertThat(seen.isFirst(signature(3), NOW.plusSeconds(700), NOW.plusSeconds(301)))
                .isTrue();
        assertThat(seen.size()).isEqualTo(2);
    }

    @Test
    void forgetsNoneToMakeRoom() {
        SeenSignatures seen = new SeenSignatures(1);
        seen.isFirst(signature(1), NOW.plusSeconds(300), NOW);

        assertThatThrownBy(() -> seen.isFirst(signature(2), NOW.plusSeconds(300), NOW.plusSeconds(60)))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.TOO_MANY_REQUESTS));
    }

    @Test
    void ofManyAtATimeOneIsTheFirst() throws Exception {
        SeenSignatures seen = new SeenSignatures();
        Callable<Boolean> use = () -> seen.isFirst(signature(7), NOW.plusSeconds(300), NOW);
        int firsts = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> uses =
                    IntStream.range(0, 200).mapToObj(i -> use).toList();
            for (Future<Boolean> each : threads.invokeAll(uses)) {
                firsts += each.get() ? 1 : 0;
            }
        }

        assertThat(firsts).isEqualTo(1);
    }

    private static byte[] signature(int number) {
        byte[] signature = new byte[256];
        signature[255] = (byte) number;
        return signature;
    }
}
