package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service's own sweeper doubts the clock, and an operator who signs says that it is right. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class DeletionClockRestTest {
    private static final String CLOCK = "/v1/deletions/clock";

    @Inject
    KeyValueStore etcd;

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    private SignedApi admin;

    @BeforeEach
    void nothingIsScheduled() {
        admin = SignedApi.administrator();
        // Of the tests before this one, in tenancies that this administrator does not manage.
        etcd.scan(Scan.of(Layout.DUE, Scan.MAX_LIMIT))
                .values()
                .forEach(entry ->
                        etcd.commit(Transaction.builder().delete(entry.key()).build()));
    }

    @AfterEach
    void believeAgain() {
        heartbeat(Instant.now());
    }

    private void heartbeat(Instant time) {
        etcd.commit(Transaction.builder()
                .put(Layout.HEARTBEAT, Bytes.copyOf(time.toString().getBytes(StandardCharsets.US_ASCII)))
                .build());
    }

    private JsonNode clock() {
        Answer answer = admin.get(CLOCK);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body();
    }

    private static Map<String, String> naming(Instant time) {
        return Map.of("wallTime", time.toString());
    }

    @Test
    void whatIsHeldGoesOnWhenTheOperatorConfirmsTheClock() {
        String key = key();
        Answer scheduled = admin.post(
                "/20180608/keys/" + key + "/actions/scheduleDeletion",
                Map.of("timeOfDeletion", Instant.now().plusSeconds(3).toString()),
                Map.of());
        assertThat(scheduled.status()).as(scheduled.raw().body()).isEqualTo(200);
        // As after an outage of five hours.
        heartbeat(Instant.now().minus(Duration.ofHours(5)));
        Await.atMostSeconds(30).until("the hold is told", () -> clock().hasNonNull("heldSince"));
        Await.atMostSeconds(30)
                .until("the deletion is due", () -> clock().path("due").asLong() == 1);

        JsonNode held = clock();
        assertThat(held.path("believed").asBoolean()).isFalse();
        assertThat(held.path("scheduled").asLong()).isEqualTo(1);
        assertThat(held.path("tolerance").asText()).isEqualTo("PT1H");
        Answer wrong = admin.post(CLOCK + "/confirm", naming(Instant.now().minus(Duration.ofMinutes(3))), Map.of());
        assertThat(wrong.status()).isEqualTo(409);
        assertThat(wrong.code()).isEqualTo("Conflict");
        assertThat(state(key)).isEqualTo("PENDING_DELETION");

        Answer confirmed = admin.post(CLOCK + "/confirm", naming(Instant.now()), Map.of());
        assertThat(confirmed.status()).as(confirmed.raw().body()).isEqualTo(200);
        assertThat(confirmed.body().path("believed").asBoolean()).isTrue();
        Await.atMostSeconds(30).until("the key is deleted", () -> state(key).equals("DELETED"));
        assertThat(admin.post(CLOCK + "/confirm", naming(Instant.now()), Map.of())
                        .status())
                .isEqualTo(200);

        List<String> expected = List.of("DeletionsHeld", "DeletionClockConfirmed", "DeletionsResumed");
        try (KeyEvents events = new KeyEvents()) {
            String tenancy = admin.tenancy().value();
            Await.atMostSeconds(30)
                    .until("three events", () -> events.typesOf(tenancy).size() >= expected.size());
            assertThat(events.typesOf(tenancy)).isEqualTo(expected);
            assertThat(events.read())
                    .filteredOn(event -> event.type().contains("DeletionClockConfirmed"))
                    .singleElement()
                    .satisfies(event ->
                            assertThat(event.json()).contains(admin.user().value()));
        }
    }

    @Test
    void onlyWhoManagesKeysAndVaultsOfEveryConcernedTenancyConfirms() {
        KeyPair pair = Signer.rsa(2048);
        User user = TestUsers.add(identity, mint, admin.tenancy(), "Keepers", RsaPublicKey.fromPem(Signer.pem(pair)));
        SignedApi keeper = new SignedApi(admin.tenancy(), user.id(), pair);
        assertThat(keeper.get(CLOCK).status()).isEqualTo(404);
        assertThat(confirm(keeper).status()).isEqualTo(404);
        allow("Allow group Keepers to manage keys in tenancy");
        assertThat(confirm(keeper).status()).isEqualTo(404);
        allow("Allow group Keepers to manage vaults in tenancy");
        assertThat(confirm(keeper).status()).isEqualTo(200);
        assertThat(keeper.get(CLOCK).status()).isEqualTo(200);

        MasterKey foreign = Samples.enabledKey();
        etcd.commit(Transaction.builder()
                .put(Layout.key(foreign.id()), TestKeys.key(foreign))
                .with(DueDeletions.put(
                        new DueKey(foreign.id(), Instant.now().plus(Duration.ofDays(20)), Instant.now())))
                .build());

        assertThat(confirm(keeper).status()).isEqualTo(404);
        assertThat(confirm(admin).status()).isEqualTo(404);
    }

    @Test
    void badTimesAreRefused() {
        Answer none = admin.post(CLOCK + "/confirm", Map.of(), Map.of());
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.code()).isEqualTo("MissingParameter");
        Answer bad = admin.post(CLOCK + "/confirm", Map.of("wallTime", "noon"), Map.of());
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.message()).contains("wallTime");
    }

    private static Answer confirm(SignedApi who) {
        return who.post(CLOCK + "/confirm", naming(Instant.now()), Map.of());
    }

    private void allow(String statement) {
        Answer created = admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        admin.tenancy().value(),
                        "name",
                        "clock-" + statement.hashCode(),
                        "description",
                        "for a test",
                        "statements",
                        List.of(statement)),
                Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
    }

    private String key() {
        String compartment = admin.tenancy().value();
        Answer vault = admin.post(
                "/20180608/vaults",
                Map.of("compartmentId", compartment, "displayName", "a vault", "vaultType", "DEFAULT"),
                Map.of());
        assertThat(vault.status()).as(vault.raw().body()).isEqualTo(200);
        Answer key = admin.post(
                "/20180608/keys?vaultId=" + vault.body().path("id").asText(),
                Map.of(
                        "compartmentId",
                        compartment,
                        "displayName",
                        "a key",
                        "protectionMode",
                        "SOFTWARE",
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)),
                Map.of());
        assertThat(key.status()).as(key.raw().body()).isEqualTo(200);
        return key.body().path("id").asText();
    }

    private String state(String key) {
        return admin.get("/20180608/keys/" + key).body().path("lifecycleState").asText();
    }
}
