package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Updates of one thing at the same time: what one leaves out stays as the other made it. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class LostUpdatesRestTest {
    @Inject
    PausedChanges changes;

    @Test
    void anUpdateLeavesTagsOfTheOtherKindAsTheyAreWhenItIsMade() throws Exception {
        SignedApi admin = SignedApi.administrator();
        String root = admin.tenancy().value();
        String vault = admin.vault(root, "a vault");
        String key = admin.masterKey(root, vault, "a key");
        for (String target : List.of("/20180608/vaults/" + vault, "/20180608/keys/" + key)) {
            Answer late;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                    PausedChanges.Pause pause = changes.pauseNext()) {
                Future<Answer> freeform = threads.submit(
                        () -> admin.put(target, Map.of("freeformTags", Map.of("team", "keys")), Map.of()));
                pause.awaitReached();
                Answer defined = admin.put(
                        target,
                        Map.of("displayName", "renamed", "definedTags", Map.of("ns", Map.of("k", "v"))),
                        Map.of());
                assertThat(defined.status()).as(defined.raw().body()).isEqualTo(200);
                pause.close();
                late = freeform.get(20, TimeUnit.SECONDS);
            }
            assertThat(late.status()).as(late.raw().body()).isEqualTo(200);
            for (JsonNode seen : List.of(late.body(), admin.get(target).body())) {
                assertThat(seen.path("freeformTags").path("team").asText()).isEqualTo("keys");
                assertThat(seen.path("definedTags").path("ns").path("k").asText())
                        .isEqualTo("v");
                assertThat(seen.path("displayName").asText()).isEqualTo("renamed");
            }
        }
    }
}
