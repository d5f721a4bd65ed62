package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.keyservice.Samples;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What may be done to keys, key versions and vaults in each of their states: the tables of docs/reference/oci-kms.md. A
 * cell is the state after the action, or {@code -} where the action is refused with 409 {@code Conflict} and changes
 * nothing.
 */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class StatesRestTest {
    private static final String REFUSED = "-";

    private static final String OF_KEYS = """
            action             ENABLED           DISABLED          PENDING_DELETION  DELETED
            enable             -                 ENABLED           -                 -
            disable            DISABLED          -                 -                 -
            update             ENABLED           -                 -                 -
            changeCompartment  ENABLED           DISABLED          -                 -
            rotate             ENABLED           -                 -                 -
            scheduleDeletion   PENDING_DELETION  PENDING_DELETION  -                 -
            cancelDeletion     -                 -                 ENABLED           -
            encrypt            ENABLED           -                 -                 -
            """;

    private static final String OF_VERSIONS = """
            action             CURRENT  ENABLED           PENDING_DELETION  DELETED
            scheduleDeletion   -        PENDING_DELETION  -                 -
            cancelDeletion     -        -                 ENABLED           -
            encrypt            ENABLED  ENABLED           -                 -
            """;

    private static final String OF_VAULTS = """
            action             ACTIVE            PENDING_DELETION  DELETED
            update             ACTIVE            -                 -
            changeCompartment  ACTIVE            -                 -
            scheduleDeletion   PENDING_DELETION  -                 -
            cancelDeletion     -                 ACTIVE            -
            createKey          ACTIVE            -                 -
            """;

    private record Cell(String action, String state, String after) {}

    private static List<Cell> cells(String table) {
        List<List<String>> rows =
                table.lines().map(line -> List.of(line.split(" +"))).toList();
        List<Cell> cells = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            for (int column = 1; column < row.size(); column++) {
                cells.add(new Cell(row.getFirst(), rows.getFirst().get(column), row.get(column)));
            }
        }
        return cells;
    }

    @Test
    void keys() {
        for (Cell cell : cells(OF_KEYS)) {
            String key = Api.key();
            String at = "/20180608/keys/" + key;
            bring(at, cell.state());
            check(cell, cell.state(), at, actOnKey(key, cell.action()));
        }
    }

    private static Response actOnKey(String key, String action) {
        String at = "/20180608/keys/" + key;
        return switch (action) {
            case "update" -> as().body(Map.of("displayName", "renamed")).put(at);
            case "changeCompartment" -> move(at);
            case "rotate" -> Api.rotate(key);
            case "encrypt" ->
                as().body(Map.of("keyId", key, "plaintext", "c2VjcmV0")).post("/20180608/encrypt");
            default -> act(at, action);
        };
    }

    @Test
    void versions() {
        for (Cell cell : cells(OF_VERSIONS)) {
            String key = Api.key();
            String version = Api.get(key).path("currentKeyVersion");
            String at = "/20180608/keys/" + key + "/keyVersions/" + version;
            String state = cell.state();
            if (state.equals("CURRENT")) {
                state = "ENABLED";
            } else {
                Api.rotate(key).then().statusCode(200);
                bring(at, state);
            }
            Response answer = cell.action().equals("encrypt")
                    ? as().body(Map.of("keyId", key, "keyVersionId", version, "plaintext", "c2VjcmV0"))
                            .post("/20180608/encrypt")
                    : act(at, cell.action());
            check(cell, state, at, answer);
            assertThat(Api.state(key)).isEqualTo("ENABLED");
        }
    }

    @Test
    void vaults() {
        for (Cell cell : cells(OF_VAULTS)) {
            String vault = Api.vault();
            String at = "/20180608/vaults/" + vault;
            bring(at, cell.state());
            Response answer =
                    switch (cell.action()) {
                        case "update" ->
                            as().body(Map.of("displayName", "renamed")).put(at);
                        case "changeCompartment" -> move(at);
                        case "createKey" ->
                            as().queryParam("vaultId", vault)
                                    .body(Api.keyDetails("a key"))
                                    .post("/20180608/keys");
                        default -> act(at, cell.action());
                    };
            check(cell, cell.state(), at, answer);
        }
    }

    private static void check(Cell cell, String before, String at, Response answer) {
        String as = cell + " -> " + answer.statusCode() + " " + answer.asString();
        if (cell.after().equals(REFUSED)) {
            assertThat(answer.statusCode()).as(as).isEqualTo(409);
            assertThat(answer.<String>path("code")).as(as).isEqualTo("Conflict");
            assertThat(answer.<String>path("message")).as(as).isNotEmpty();
            assertThat(state(at)).as(as).isEqualTo(before);
        } else {
            assertThat(answer.statusCode()).as(as).isEqualTo(200);
            assertThat(state(at)).as(as).isEqualTo(cell.after());
        }
    }

    /** Brings what is new into a state. */
    private static void bring(String at, String state) {
        switch (state) {
            case "ENABLED", "ACTIVE" -> {}
            case "DISABLED" -> act(at, "disable").then().statusCode(200);
            case "PENDING_DELETION" -> act(at, "scheduleDeletion").then().statusCode(200);
            case "DELETED" -> {
                as().body(Map.of(
                                "timeOfDeletion",
                                Instant.now().plus(Duration.ofSeconds(4)).toString()))
                        .post(at + "/actions/scheduleDeletion")
                        .then()
                        .statusCode(200);
                Await.atMostSeconds(30)
                        .until(at + " is deleted", () -> state(at).equals("DELETED"));
            }
            default -> throw new IllegalArgumentException(state);
        }
        assertThat(state(at)).isEqualTo(state);
    }

    private static String state(String at) {
        return as().get(at).then().statusCode(200).extract().path("lifecycleState");
    }

    private static Response act(String at, String action) {
        return as().post(at + "/actions/" + action);
    }

    private static Response move(String at) {
        return as().body(Map.of("compartmentId", Samples.MINT.compartment().value()))
                .post(at + "/actions/changeCompartment");
    }
}
