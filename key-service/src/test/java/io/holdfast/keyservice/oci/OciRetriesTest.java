package io.holdfast.keyservice.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OciRetriesTest {

    @Test
    void waitsGrowUpToABound() {
        for (int attempt = 1; attempt < 100; attempt++) {
            long most = attempt > 5 ? 2000 : 100L << attempt - 1;
            assertThat(OciRetries.delayMillis(attempt, Duration.ZERO)).isBetween(most / 2, most);
        }
    }

    @Test
    void whatTheVaultAskedForIsKept() {
        assertThat(OciRetries.delayMillis(1, Duration.ofMillis(1500))).isEqualTo(1501);
        assertThat(OciRetries.delayMillis(9, Duration.ofMillis(1))).isGreaterThanOrEqualTo(1000);
    }
}
