package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class EventsTest {

    @Test
    void eachChangeIsToldOnceInItsOrder() {
        String key = Api.key();
        Api.rotate(key).then().statusCode(200);
        Api.act(key, "disable").then().statusCode(200);
        Api.act(key, "disable").then().statusCode(409);
        Api.act(key, "enable").then().statusCode(200);
        Api.act(key, "scheduleDeletion").then().statusCode(200);
        Api.act(key, "cancelDeletion").then().statusCode(200);
        as().body(Map.of("displayName", "x")).post("/20180608/keys").then().statusCode(400);

        List<String> expected = List.of(
                "KeyCreated",
                "KeyRotated",
                "KeyDisabled",
                "KeyEnabled",
                "KeyScheduledForDeletion",
                "KeyDeletionCancelled");
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until("six events", () -> events.typesOf(key).size() >= expected.size());
            assertThat(events.typesOf(key)).isEqualTo(expected);

            List<Long> sequences =
                    events.read().stream().map(KeyEvents.Event::sequence).toList();
            for (int i = 1; i < sequences.size(); i++) {
                assertThat(sequences.get(i)).isEqualTo(sequences.get(i - 1) + 1);
            }
            assertThat(events.read())
                    .allSatisfy(event -> assertThat(event.json()).contains(event.subject()));
        }
    }
}
