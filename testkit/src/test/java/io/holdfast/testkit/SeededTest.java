package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeededTest {
    @Test
    void theSameSeedGivesTheSameValues() {
        assertThat(values(7)).isEqualTo(values(7)).isNotEqualTo(values(8));
    }

    @Test
    void aFailureNamesSeedRoundAndValue() {
        assertThatThrownBy(() -> Seeded.forAll(
                        100,
                        7,
                        random -> random.nextInt(10),
                        value -> assertThat(value).isLessThan(9)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed 7 fails for 9");
    }

    @Test
    void awaitSaysWhatItWaitedForAndWhatItSaw() {
        assertThatThrownBy(() -> Await.atMost(Duration.ofMillis(60)).value("rain", () -> "sun", "rain"::equals))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("rain (last seen: sun)");
    }

    private static List<Integer> values(long seed) {
        List<Integer> out = new ArrayList<>();
        Seeded.forAll(20, seed, random -> random.nextInt(), out::add);
        return out;
    }
}
