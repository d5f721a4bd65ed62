package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.KeysConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The window as an installation has it that configures none, and what a configured one must be. */
class DeletionWindowTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    /** For what a client's clock and the request's way take. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MONTH = Duration.ofDays(30);

    @Test
    void unconfiguredItIsSevenToThirtyDays() {
        DeletionWindow window = window(Map.of());

        assertRefused(window, Duration.ofDays(-1));
        assertRefused(window, Duration.ZERO);
        assertRefused(window, Duration.ofDays(6));
        assertRefused(window, WEEK.minus(SLACK).minusMillis(1));
        assertTaken(window, WEEK.minus(SLACK));
        assertTaken(window, WEEK);
        assertTaken(window, Duration.ofDays(8));
        assertTaken(window, MONTH);
        assertTaken(window, MONTH.plus(SLACK));
        assertRefused(window, MONTH.plus(SLACK).plusMillis(1));
        assertRefused(window, Duration.ofDays(31));
        assertThat(window.timeOfDeletion(NOW, null)).isEqualTo(NOW.plus(MONTH));
    }

    @Test
    void aShortWindowHasLittleSlack() {
        DeletionWindow window = window(Map.of("minimum-window", "PT10S"));

        assertTaken(window, Duration.ofSeconds(9));
        assertRefused(window, Duration.ofMillis(8_999));
    }

    @Test
    void aWindowThatIsNoneIsRefusedAtTheStart() {
        for (Map<String, String> wrong : List.of(
                Map.of("minimum-window", "PT0S"),
                Map.of("minimum-window", "PT-1S"),
                Map.of("minimum-window", "P8D", "maximum-window", "P7D"))) {
            assertThatThrownBy(() -> window(wrong))
                    .as(wrong.toString())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("minimum-window");
        }
    }

    private static void assertTaken(DeletionWindow window, Duration fromNow) {
        assertThat(window.timeOfDeletion(NOW, NOW.plus(fromNow))).isEqualTo(NOW.plus(fromNow));
    }

    private static void assertRefused(DeletionWindow window, Duration fromNow) {
        assertThatThrownBy(() -> window.timeOfDeletion(NOW, NOW.plus(fromNow)))
                .as(fromNow.toString())
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
                    assertThat(refusal).hasMessageContaining("timeOfDeletion").hasMessageContaining("30 days from now");
                });
    }

    private static DeletionWindow window(Map<String, String> deletion) {
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .withMapping(KeysConfig.class)
                .withDefaultValue("holdfast.keys.root-key", "anywhere");
        deletion.forEach((name, value) -> config.withDefaultValue("holdfast.keys.deletion." + name, value));
        return new DeletionWindow(config.build().getConfigMapping(KeysConfig.class));
    }
}
