package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A cluster whose master key is in a PKCS#11 token: the life of its Secrets is the same. */
class HsmST {
    private static final int SECRETS = 20;

    @Test
    void aClusterLivesUnderAKeyThatNeverLeavesItsToken() {
        try (Fixture fixture = new Fixture("HSM")) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            for (int i = 0; i < SECRETS; i++) {
                fixture.createSecret(endpoint, "kept-" + i, "value-" + i);
            }
            String second = fixture.api.rotate(fixture.key).path("id").asText();
            JsonNode job = fixture.awaitJob(second, Duration.ofSeconds(30));
            assertThat(job.path("failed").asLong()).isZero();
            JsonNode proof = fixture.api.secretsPerKeyVersion(fixture.cluster).path("secretsPerKeyVersion");
            assertThat(proof.size()).isEqualTo(1);
            assertThat(proof.path(second).asLong()).isEqualTo(SECRETS);

            fixture.api.action(fixture.key, "disable");
            assertThat(endpoint.get(Fixture.secretPath("kept-0")).statusCode()).isEqualTo(403);
            fixture.api.action(fixture.key, "enable");
            fixture.awaitReadable(endpoint, "kept-0");
            for (int i = 0; i < SECRETS; i++) {
                assertThat(endpoint.get(Fixture.secretPath("kept-" + i)).statusCode())
                        .isEqualTo(200);
            }
        }
    }
}
