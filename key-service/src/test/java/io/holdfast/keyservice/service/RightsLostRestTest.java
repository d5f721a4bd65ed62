package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Requests that were allowed before a removal and would change something after its answer. By a change of identity the removed
 * would come back.
 */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class RightsLostRestTest {
    private static final String USERS = "/20160918/users";
    private static final String MEMBERSHIPS = "/20160918/userGroupMemberships";
    private static final String POLICIES = "/20160918/policies";
    private static final String COMPARTMENTS = "/20160918/compartments";
    private static final String VAULTS = "/20180608/vaults";
    private static final String KEYS = "/20180608/keys/";

    @Inject
    PausedChanges changes;

    @Inject
    Ocid.Mint mint;

    private final KeyPair pair = Signer.rsa(2048);
    private SignedApi officer;
    private String root;
    private String administrators;
    private SignedApi demoted;
    private String membership;

    @BeforeEach
    void twoAdministrators() {
        officer = SignedApi.administrator();
        root = officer.tenancy().value();
        administrators = only(officer.get("/20160918/groups?compartmentId=" + root + "&name=Administrators"));
        String user = made(officer.post(USERS, body("second-administrator"), Map.of()));
        demoted = new SignedApi(officer.tenancy(), new UserId(user), pair);
        assertThat(officer.post(keysOf(user), Map.of("key", Signer.pem(pair)), Map.of())
                        .status())
                .isEqualTo(200);
        membership = made(officer.post(MEMBERSHIPS, member(user), Map.of()));
    }

    @AfterEach
    void oneAdministrator() {
        officer.delete(MEMBERSHIPS + "/" + membership, Map.of());
        assertThat(officer.delete(USERS + "/" + demoted.user().value(), Map.of())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void membershipIsNotAddedByOneWhoWasRemovedMeanwhile() throws Exception {
        String accomplice = made(officer.post(USERS, body("accomplice"), Map.of()));

        Answer late = afterRemoval(() -> demoted.post(MEMBERSHIPS, member(accomplice), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(MEMBERSHIPS + "?compartmentId=" + root + "&userId=" + accomplice)
                        .body())
                .isEmpty();
    }

    @Test
    void policyIsNotWrittenByOneWhoWasRemovedMeanwhile() throws Exception {
        Map<String, Object> policy = Map.of(
                "compartmentId",
                root,
                "name",
                "back-door",
                "description",
                "for a test",
                "statements",
                List.of("Allow any-user to manage all-resources in tenancy"));

        Answer late = afterRemoval(() -> demoted.post(POLICIES, policy, Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(POLICIES + "?compartmentId=" + root + "&name=back-door")
                        .body())
                .isEmpty();
    }

    @Test
    void keyIsNotUploadedByOneWhoWasRemovedMeanwhile() throws Exception {
        String keys = keysOf(officer.user().value());
        JsonNode before = officer.get(keys).body();

        Answer late = afterRemoval(() -> demoted.post(keys, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(keys).body()).isEqualTo(before);
    }

    @Test
    void userIsNotUnblockedByOneWhoWasRemovedMeanwhile() throws Exception {
        String blocked = made(officer.post(USERS, body("stays-blocked"), Map.of()));
        String state = USERS + "/" + blocked + "/state";
        assertThat(officer.put(state, Map.of("blocked", true), Map.of()).status())
                .isEqualTo(200);

        Answer late = afterRemoval(() -> demoted.put(state, Map.of("blocked", false), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(USERS + "/" + blocked)
                        .body()
                        .path("lifecycleState")
                        .asText())
                .isEqualTo("INACTIVE");
    }

    @Test
    void compartmentIsNotMadeByOneWhoWasRemovedMeanwhile() throws Exception {
        Answer late = afterRemoval(() -> demoted.post(COMPARTMENTS, body("never-made"), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(COMPARTMENTS + "?compartmentId=" + root + "&name=never-made")
                        .body())
                .isEmpty();
    }

    /** Each user manages his own keys without a policy: there it is the key alone that allows. */
    @Test
    void keyIsNotUploadedByAKeyThatWasDeletedMeanwhile() throws Exception {
        String keys = keysOf(demoted.user().value());
        String fingerprint = RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint();

        Answer late = after(
                () -> officer.delete(keys + "/" + fingerprint, Map.of()),
                () -> demoted.post(keys, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of()));

        refused(401, "NotAuthenticated", late);
        assertThat(officer.get(keys).body()).isEmpty();
    }

    @Test
    void vaultIsNotMadeByOneWhoWasRemovedMeanwhile() throws Exception {
        Answer late = afterRemoval(() -> demoted.post(
                VAULTS, Map.of("compartmentId", root, "displayName", "never-made", "vaultType", "DEFAULT"), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(VAULTS + "?compartmentId=" + root).raw().body()).doesNotContain("never-made");
    }

    @Test
    void masterKeyIsNotDisabledByOneWhoWasRemovedMeanwhile() throws Exception {
        String key = masterKey();

        Answer late = afterRemoval(() -> demoted.post(KEYS + key + "/actions/disable", Map.of(), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(KEYS + key).body().path("lifecycleState").asText())
                .isEqualTo("ENABLED");
    }

    @Test
    void masterKeyIsNotRotatedByAnApiKeyThatWasDeletedMeanwhile() throws Exception {
        String key = masterKey();
        JsonNode before = officer.get(KEYS + key).body();
        String fingerprint = RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint();

        Answer late = after(
                () -> officer.delete(keysOf(demoted.user().value()) + "/" + fingerprint, Map.of()),
                () -> demoted.post(KEYS + key + "/keyVersions", Map.of(), Map.of()));

        refused(401, "NotAuthenticated", late);
        assertThat(officer.get(KEYS + key).body()).isEqualTo(before);
    }

    @Test
    void tokenOfAClusterIsNotMadeByOneWhoWasRemovedMeanwhile() throws Exception {
        String tokens = tokensOf(boundCluster());

        Answer late =
                afterRemoval(() -> demoted.post(tokens, Map.of("publicKey", Signer.pem(Signer.rsa(2048))), Map.of()));

        refused(404, "NotAuthorizedOrNotFound", late);
    }

    @Test
    void tokenOfAClusterIsNotMadeByAnApiKeyThatWasDeletedMeanwhile() throws Exception {
        String tokens = tokensOf(boundCluster());
        String fingerprint = RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint();

        Answer late = after(
                () -> officer.delete(keysOf(demoted.user().value()) + "/" + fingerprint, Map.of()),
                () -> demoted.post(tokens, Map.of("publicKey", Signer.pem(Signer.rsa(2048))), Map.of()));

        refused(401, "NotAuthenticated", late);
    }

    @Test
    void tokenOfAClusterIsMadeWhateverElseChangesInIdentity() throws Exception {
        String tokens = tokensOf(boundCluster());

        Answer late = after(
                () -> officer.post(USERS, body("somebody-beside"), Map.of()),
                () -> demoted.post(tokens, Map.of("publicKey", Signer.pem(Signer.rsa(2048))), Map.of()));

        assertThat(late.status()).as(late.raw().body()).isEqualTo(200);
    }

    private static String tokensOf(String cluster) {
        return "/v1/clusters/" + cluster + "/resourcePrincipalTokens";
    }

    /** Some cluster that a master key is bound to. */
    private String boundCluster() {
        made(officer.post(
                POLICIES,
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        "clusters-" + System.nanoTime(),
                        "description",
                        "clusters use keys",
                        "statements",
                        List.of("Allow any-user to use keys in tenancy where request.principal.type = 'cluster'")),
                Map.of()));
        String cluster = mint.cluster().value();
        try (Wire wire = Wire.as("cluster-service")) {
            BindResponse bound = BindingsGrpc.newBlockingStub(wire.channel())
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .bind(BindRequest.newBuilder()
                            .setClusterId(cluster)
                            .setClusterCompartmentId(root)
                            .setTenancyId(root)
                            .setKeyId(masterKey())
                            .setRequestedByUserId(officer.user().value())
                            .build());
            assertThat(bound.hasBinding()).as(bound.toString()).isTrue();
        }
        return cluster;
    }

    /** A change of identity that takes nothing from this request only makes it decide again. */
    @Test
    void masterKeyIsChangedWhateverElseChangesInIdentity() throws Exception {
        String key = masterKey();

        Answer late = after(
                () -> officer.post(USERS, body("somebody-else"), Map.of()),
                () -> demoted.post(KEYS + key + "/actions/disable", Map.of(), Map.of()));

        assertThat(late.status()).as(late.raw().body()).isEqualTo(200);
        assertThat(late.body().path("lifecycleState").asText()).isEqualTo("DISABLED");
    }

    private String masterKey() {
        return officer.masterKey(root, officer.vault(root, "of-the-removed"), "of-the-removed");
    }

    /** What another right is asked for where the compartment is now. */
    @Test
    void compartmentIsNotMovedFromAnotherPlaceThanTheOneAskedFor() throws Exception {
        String west = made(officer.post(COMPARTMENTS, body("rights-west"), Map.of()));
        String east = made(officer.post(COMPARTMENTS, body("rights-east"), Map.of()));
        String from = made(officer.post(COMPARTMENTS, below(west, "from"), Map.of()));
        String to = made(officer.post(COMPARTMENTS, below(west, "to"), Map.of()));

        Answer late = after(
                () -> move(officer, to, east),
                // The lowest compartment above both was "rights-west"; it is the root now.
                () -> move(demoted, from, to));

        refused(404, "NotAuthorizedOrNotFound", late);
        assertThat(officer.get(COMPARTMENTS + "/" + from)
                        .body()
                        .path("compartmentId")
                        .asText())
                .isEqualTo(west);
    }

    @Test
    void keyThatWasMovedMeanwhileIsNotChangedByTheRightInTheOldPlace() throws Exception {
        String key = masterKey();
        String east = made(officer.post(COMPARTMENTS, body("rights-of-keys"), Map.of()));

        Answer late = after(
                () -> officer.post(KEYS + key + "/actions/changeCompartment", Map.of("compartmentId", east), Map.of()),
                () -> demoted.post(KEYS + key + "/actions/disable", Map.of(), Map.of()));

        refused(409, "Conflict", late);
        assertThat(officer.get(KEYS + key).body().path("lifecycleState").asText())
                .isEqualTo("ENABLED");
    }

    private Answer afterRemoval(Supplier<Answer> request) throws Exception {
        return after(() -> officer.delete(MEMBERSHIPS + "/" + membership, Map.of()), request);
    }

    /** The request is allowed, then the change is made and answered, then the request goes on. */
    private Answer after(Supplier<Answer> change, Supplier<Answer> request) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                PausedChanges.Pause pause = changes.pauseNext()) {
            Future<Answer> late = threads.submit(request::get);
            pause.awaitReached();
            Answer changed = change.get();
            assertThat(changed.status()).as(changed.raw().body()).isBetween(200, 204);
            pause.close();
            return late.get(20, TimeUnit.SECONDS);
        }
    }

    private static Answer move(SignedApi as, String compartment, String target) {
        return as.post(
                COMPARTMENTS + "/" + compartment + "/actions/moveCompartment",
                Map.of("targetCompartmentId", target),
                Map.of());
    }

    private static String keysOf(String user) {
        return USERS + "/" + user + "/apiKeys";
    }

    private Map<String, Object> member(String user) {
        return Map.of("userId", user, "groupId", administrators);
    }

    private Map<String, Object> body(String name) {
        return below(root, name);
    }

    private static Map<String, Object> below(String compartment, String name) {
        return Map.of("compartmentId", compartment, "name", name, "description", "for a test");
    }

    private static String made(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }

    private static String only(Answer answer) {
        assertThat(answer.body()).as(answer.raw().body()).hasSize(1);
        return answer.body().path(0).path("id").asText();
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }
}
