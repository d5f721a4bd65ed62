package io.holdfast.auditservice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.holdfast.auditservice.domain.Place;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.events.Family;
import io.holdfast.events.IdentityEvent;
import io.holdfast.events.UseEvent;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.holdfast.testkit.quarkus.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(CertificatesResource.class)
class AuditServiceTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @Inject
    Trail trail;

    @Inject
    DataSource dataSource;

    private Publisher publisher;
    private String key;

    @BeforeEach
    void open() {
        publisher = new Publisher(kafka);
        key = "ocid1.key.oc1.iad.v." + UUID.randomUUID();
    }

    @AfterEach
    void close() {
        publisher.close();
    }

    @Test
    void every_event_is_on_the_trail_once_however_often_it_comes() {
        long next = next(Family.KEYS);
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            records.add(publisher.record(Publisher.rotation(key, 2 + i), next + i, NOON.plusSeconds(i)));
        }
        publisher.sendAborted(publisher.record(Publisher.disabling(key), next, NOON));
        records.forEach(publisher::send);
        // The relay repeats its last batch after a crash; then somebody replays everything; then life goes on.
        records.subList(3, 5).forEach(publisher::send);
        records.forEach(publisher::send);
        publisher.send(publisher.record(Publisher.disabling(key), next + 5, NOON.plusSeconds(9)));

        JsonPath events = awaitEvents(6);

        assertThat(events.getList("sequence", Long.class))
                .containsExactly(next, next + 1, next + 2, next + 3, next + 4, next + 5);
        assertThat(events.getString("[0].type")).isEqualTo("io.holdfast.KeyRotated.v1");
        assertThat(events.getString("[0].source")).isEqualTo("/holdfast/keys");
        assertThat(events.getLong("[0].revision")).isEqualTo(100 + next);
        assertThat(events.getLong("[0].epoch")).isEqualTo(1);
        assertThat(events.getString("[0].time")).isEqualTo("2026-05-01T12:00:00.000Z");
        assertThat(events.getString("[0].traceparent")).isEqualTo(Publisher.TRACE);
        assertThat(events.getString("[0].data.keyId")).isEqualTo(key);
        assertThat(events.getString("[0].hash")).matches("[0-9a-f]{64}");
        String id = events.getString("[3].id");
        signedIn()
                .get("/v1/events/" + id)
                .then()
                .statusCode(200)
                .body("position", equalTo(events.getInt("[3].position")));
    }

    @Test
    void what_a_caller_said_about_a_use_of_a_key_is_shown() {
        publisher.send(publisher.record(
                new UseEvent.KeyUsed(
                        new KeyId(key),
                        new KeyVersionId("ocid1.keyversion.oc1.iad.v.n1"),
                        "Decrypt",
                        Map.of("application", "payroll", "ticket", "OPS-1234"),
                        "ocid1.user.oc1..alice"),
                next(Family.USES),
                NOON));

        JsonPath events = awaitEvents(1);

        assertThat(events.getString("[0].type")).isEqualTo("io.holdfast.KeyUsed.v1");
        assertThat(events.getString("[0].source")).isEqualTo("/holdfast/uses");
        assertThat(events.getMap("[0].data.loggingContext", String.class, String.class))
                .isEqualTo(Map.of("application", "payroll", "ticket", "OPS-1234"));
        assertThat(events.getString("[0].data.operation")).isEqualTo("Decrypt");
        assertThat(list("type=KeyUsed&subject=" + key).getList("$")).hasSize(1);
    }

    @Test
    void events_of_all_families_stand_on_one_chain() {
        publisher.send(publisher.record(Publisher.disabling(key), next(Family.KEYS), NOON));
        PolicyId policy = new PolicyId("ocid1.policy.oc1.." + UUID.randomUUID());
        publisher.send(publisher.record(
                new IdentityEvent.PolicyChanged(
                        policy,
                        new CompartmentId("ocid1.tenancy.oc1..acme"),
                        "p",
                        "CREATED",
                        List.of("Allow group a to use keys in tenancy"),
                        "ocid1.user.oc1..alice"),
                next(Family.IDENTITY),
                NOON));

        awaitEvents(1);
        Await.atMostSeconds(30)
                .until(
                        "the policy's event",
                        () -> list("subject=" + policy.value()).getList("$").size() == 1);

        JsonPath report = signedIn()
                .get("/v1/verification")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(report.getBoolean("intact")).isTrue();
        assertThat(report.getList("sources.source", String.class)).contains("/holdfast/keys", "/holdfast/identity");
        assertThat(report.getString("head")).matches("[0-9a-f]{64}");
        assertThat(report.getMap("$")).doesNotContainKey("firstBroken");

        String remembered = "?head=" + report.getString("head") + "&entries=" + report.getLong("entries");
        signedIn().get("/v1/verification" + remembered).then().statusCode(200).body("intact", equalTo(true));
        String another = "?head=" + "0".repeat(64) + "&entries=" + report.getLong("entries");
        signedIn()
                .get("/v1/verification" + another)
                .then()
                .statusCode(200)
                .body("intact", equalTo(false))
                .body("firstBroken.position", equalTo(report.getInt("entries")))
                .body("firstBroken.reason", containsString("remembered"));
    }

    @Test
    void undecodable_bytes_are_with_the_dead_letters_and_what_follows_is_on_the_trail() throws Exception {
        long next = next(Family.KEYS);
        long before = deadLetters(key);
        publisher.send(publisher.record(
                Family.KEYS,
                "io.holdfast.KeyRotated.v1",
                key,
                "{no json".getBytes(StandardCharsets.UTF_8),
                next,
                NOON));
        publisher.send(publisher.record(Publisher.disabling(key), next + 1, NOON));

        JsonPath events = awaitEvents(1);

        assertThat(events.getLong("[0].sequence")).isEqualTo(next + 1);
        Await.atMostSeconds(30).until("the dead letter", () -> deadLetters(key) == before + 1);
        JsonPath report = signedIn()
                .get("/v1/verification")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(report.getList(
                        "findings.findAll { it.kind == 'SET_ASIDE' && it.source == '/holdfast/keys' }.firstSequence",
                        Long.class))
                .contains(next);
        assertThat(report.getLong("deadLetters")).isPositive();
    }

    @Test
    void a_gap_is_told_in_the_verification() {
        String cluster = "ocid1.cluster.oc1.iad." + UUID.randomUUID();
        long next = next(Family.CLUSTERS);
        publisher.send(publisher.record(
                new io.holdfast.events.ClusterEvent.ClusterDeleted(
                        new io.holdfast.kernel.Ocid.ClusterId(cluster), "ocid1.user.oc1..alice"),
                next + 3,
                NOON));
        Await.atMostSeconds(30)
                .until(
                        "the cluster's event",
                        () -> list("subject=" + cluster).getList("$").size() == 1);

        JsonPath report = signedIn()
                .get("/v1/verification")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(report.getList(
                        "findings.findAll { it.kind == 'GAP' && it.source == '/holdfast/clusters' }.firstSequence",
                        Long.class))
                .contains(next);
        assertThat(report.getBoolean("sources.find { it.source == '/holdfast/clusters' }.contiguous"))
                .isFalse();
        assertThat(report.getBoolean("intact")).isTrue();
    }

    @Test
    void filters_and_pages() {
        long next = next(Family.KEYS);
        for (int i = 0; i < 7; i++) {
            publisher.send(publisher.record(
                    i % 2 == 0 ? Publisher.rotation(key, 2 + i) : Publisher.disabling(key),
                    next + i,
                    NOON.plusSeconds(i)));
        }
        awaitEvents(7);

        assertThat(list("type=KeyDisabled&subject=" + key).getList("sequence", Long.class))
                .containsExactly(next + 1, next + 3, next + 5);
        assertThat(list("type=io.holdfast.KeyDisabled.v1&subject=" + key).getList("$"))
                .hasSize(3);
        assertThat(list("timeFrom=2026-05-01T12:00:02Z&timeTo=2026-05-01T14:00:04%2B02:00&subject=" + key)
                        .getList("sequence", Long.class))
                .containsExactly(next + 2, next + 3);
        assertThat(list("source=/holdfast/secrets&subject=" + key).getList("$")).isEmpty();

        List<Long> paged = new ArrayList<>();
        String page = "";
        for (int pages = 0; page != null && pages < 10; pages++) {
            Response response = signedIn().get("/v1/events?limit=3&subject=" + key + "&page=" + page);
            paged.addAll(response.then().statusCode(200).extract().jsonPath().getList("sequence", Long.class));
            page = response.header("opc-next-page");
        }
        assertThat(paged).hasSize(7).isSorted();
        assertThat(new HashSet<>(paged)).hasSize(7);
    }

    @Test
    void bad_values_name_their_field() {
        for (String query : List.of(
                "timeFrom=yesterday",
                "timeTo=2026-05-01",
                "timeFrom=%2B999999999-01-01T00:00:00Z",
                "type=Nonsense",
                "type=Key%00",
                "subject=a%00b",
                "source=" + "s".repeat(600),
                "limit=0",
                "limit=1001",
                "limit=many",
                "limit=99999999999999999999",
                "page=!!!",
                "page=Zm9v")) {
            String field = query.substring(0, query.indexOf('='));
            signedIn()
                    .get("/v1/events?" + query)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString(field));
        }
        signedIn()
                .get("/v1/events?timeFrom=2026-05-02T00:00:00Z&timeTo=2026-05-01T00:00:00Z")
                .then()
                .statusCode(400)
                .body("message", containsString("timeTo"));
        signedIn()
                .get("/v1/verification?head=xyz&entries=1")
                .then()
                .statusCode(400)
                .body("message", containsString("head"));
        signedIn()
                .get("/v1/verification?head=" + "0".repeat(64))
                .then()
                .statusCode(400)
                .body("code", equalTo("MissingParameter"))
                .body("message", containsString("entries"));
        signedIn().get("/v1/verification?entries=1").then().statusCode(400).body("message", containsString("head"));
    }

    @Test
    void nobody_else_reads_the_trail() {
        for (String path : List.of("/v1/events", "/v1/events/" + UUID.randomUUID(), "/v1/verification")) {
            given().urlEncodingEnabled(false)
                    .get(path)
                    .then()
                    .statusCode(401)
                    .body("code", equalTo("NotAuthenticated"));
            given().header(TestPeople.HEADER, TestPeople.STRANGER)
                    .get(path)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("NotAuthorizedOrNotFound"));
        }
        signedIn().get("/v1/events/" + UUID.randomUUID()).then().statusCode(404);
        signedIn().get("/v1/events/" + "x".repeat(600)).then().statusCode(404);
        signedIn().post("/v1/events").then().statusCode(405);
        signedIn().delete("/v1/events/" + UUID.randomUUID()).then().statusCode(405);
    }

    @Test
    void the_trail_is_the_operators_and_other_tenancies_read_it_only_where_they_are_admitted() {
        for (String path : List.of("/v1/events", "/v1/events/" + UUID.randomUUID(), "/v1/verification")) {
            given().header(TestPeople.HEADER, TestPeople.FOREIGN_ADMINISTRATOR)
                    .get(path)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("NotAuthorizedOrNotFound"));
        }
        given().header(TestPeople.HEADER, TestPeople.ADMITTED_ADMINISTRATOR)
                .get("/v1/events")
                .then()
                .statusCode(200);
    }

    @Test
    void health_metrics_and_the_description_of_the_api_are_open() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("holdfast_audit_entries"))
                .body(containsString("holdfast_audit_findings"))
                .body(containsString("holdfast_inbox_lag_seconds"));
        given().get("/openapi")
                .then()
                .statusCode(200)
                .body(containsString("/v1/verification"), not(containsString("Fact")));
    }

    /** The next number of a source: tests share the trail, and none may leave a gap that it does not mean. */
    private long next(Family family) {
        Place place = trail.place(family.source(), 0);
        return place.sequence() + 1;
    }

    private JsonPath awaitEvents(int count) {
        return Await.atMostSeconds(60)
                .value(
                        "events of the key",
                        () -> list("limit=1000&subject=" + key),
                        found -> found.getList("$").size() >= count);
    }

    private static JsonPath list(String query) {
        return signedIn()
                .get("/v1/events?" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static RequestSpecification signedIn() {
        return given().urlEncodingEnabled(false).header(TestPeople.HEADER, TestPeople.ADMINISTRATOR);
    }

    private long deadLetters(String subject) throws Exception {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from dead_letter where headers like '%"
                        + subject + "%' and payload = convert_to('{no json', 'UTF8')")) {
            row.next();
            return row.getLong(1);
        }
    }
}
