package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An old key version goes when the count at the write fence shows that nothing stands under it, and not before. */
class RetireST {
    private static final int SECRETS = 25;

    @Test
    void aVersionIsRetiredOnTheProofOfTheServiceThatKeepsTheSecrets() {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            for (int i = 0; i < SECRETS; i++) {
                fixture.createSecret(endpoint, "kept-" + i, "value-" + i);
            }
            JsonNode before = impact(fixture);
            assertThat(before.path("secrets").asInt()).isEqualTo(SECRETS);
            assertThat(before.path("clusters").path(0).path("clusterId").asText())
                    .isEqualTo(fixture.cluster);
            assertThat(before.path("keyVersions").path(0).path("secrets").asInt())
                    .isEqualTo(SECRETS);

            OciClient.Answer kept = fixture.api.askForDeletion(fixture.key, Optional.empty());
            assertThat(kept.status()).isEqualTo(409);
            assertThat(kept.body().path("message").asText()).contains(fixture.cluster + " (" + SECRETS + " Secrets)");
            assertThat(retire(fixture, "?dryRun=true").body().path("possible").asBoolean(true))
                    .isFalse();
            assertThat(retire(fixture, "").status()).isEqualTo(409);

            String second = fixture.api.rotate(fixture.key).path("id").asText();
            fixture.awaitJob(second, Duration.ofSeconds(30));

            JsonNode after = impact(fixture);
            assertThat(after.path("clusters").path(0).path("fenceKeyVersionId").asText())
                    .isEqualTo(second);
            assertThat(after.path("clusters")
                            .path(0)
                            .path("secretsPerKeyVersion")
                            .path(second)
                            .asInt())
                    .isEqualTo(SECRETS);
            JsonNode plan = retire(fixture, "?dryRun=true").body();
            assertThat(plan.path("possible").asBoolean()).as(plan.toString()).isTrue();
            JsonNode retired = retire(fixture, "")
                    .expectSuccess("retiring the first version")
                    .body();
            assertThat(retired.path("lifecycleState").asText()).isEqualTo("PENDING_DELETION");
            fixture.events.await("KeyVersionScheduledForDeletion", fixture.firstVersion);

            for (int i = 0; i < SECRETS; i++) {
                assertThat(endpoint.get(Fixture.secretPath("kept-" + i)).statusCode())
                        .isEqualTo(200);
            }
            fixture.createSecret(endpoint, "another", "value");
        }
    }

    private static JsonNode impact(Fixture fixture) {
        return fixture.api
                .client()
                .get(keys(fixture), "/v1/keys/" + fixture.key + "/impact")
                .expectSuccess("asking what depends on the key")
                .body();
    }

    private static OciClient.Answer retire(Fixture fixture, String query) {
        return fixture.api
                .client()
                .post(
                        keys(fixture),
                        "/v1/keys/" + fixture.key + "/versions/" + fixture.firstVersion + "/retire" + query,
                        null);
    }

    private static URI keys(Fixture fixture) {
        return fixture.stack.keys();
    }
}
