package io.holdfast.clusterservice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KubernetesVersionTest {
    private final OfferedVersions offered =
            new OfferedVersions(Stream.of("v1.35.0", "v1.9.2", "v1.33.1", "v1.34.1", "v1.34.3")
                    .map(KubernetesVersion::parse)
                    .toList());

    @Test
    void sortsAsNumbersNotAsText() {
        assertThat(offered.versions())
                .extracting(KubernetesVersion::toString)
                .containsExactly("v1.9.2", "v1.33.1", "v1.34.1", "v1.34.3", "v1.35.0");
    }

    @Test
    void offersUpgradesOfOneMinorVersionAndOfPatches() {
        assertThat(upgrades("v1.33.1")).containsExactly("v1.34.1", "v1.34.3");
        assertThat(upgrades("v1.34.1")).containsExactly("v1.34.3", "v1.35.0");
        assertThat(upgrades("v1.35.0")).isEmpty();
    }

    @Test
    void refusesSkippingAndDowngradingAndTheSame() {
        KubernetesVersion current = KubernetesVersion.parse("v1.33.1");
        for (String wished : List.of("v1.35.0", "v1.9.2", "v1.33.1", "v1.34.9")) {
            assertThatThrownBy(() -> offered.requireUpgrade(current, KubernetesVersion.parse(wished)))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("kubernetesVersion")
                    .hasMessageContaining("v1.34.1, v1.34.3");
        }
    }

    @Test
    void refusesWhatIsNoVersion() {
        for (String text : List.of("1.34.1", "v1.34", "v1.34.1-rc1", "", "v99999.1.1", "v1.34.1\n")) {
            assertThatThrownBy(() -> KubernetesVersion.parse(text))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageStartingWith("kubernetesVersion");
        }
    }

    private List<String> upgrades(String from) {
        return offered.upgradesFrom(KubernetesVersion.parse(from)).stream()
                .map(KubernetesVersion::toString)
                .toList();
    }
}
