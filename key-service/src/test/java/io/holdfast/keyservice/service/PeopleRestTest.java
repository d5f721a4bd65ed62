package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users, their keys, groups and who is in them. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class PeopleRestTest {
    private static final String USERS = "/20160918/users";
    private static final String GROUPS = "/20160918/groups";
    private static final String MEMBERSHIPS = "/20160918/userGroupMemberships";
    private static final String DYNAMIC_GROUPS = "/20160918/dynamicGroups";
    private static final String POLICIES = "/20160918/policies";
    private static final String ADMINISTRATORS = "Administrators";

    @Inject
    StateRevision state;

    @Inject
    Ocid.Mint mint;

    @Inject
    KeyUses uses;

    @Inject
    AccessBarrier barrier;

    private SignedApi admin;
    private String root;

    @BeforeEach
    void asAdministrator() {
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
    }

    @Test
    void userFromCreationToDeletion() {
        Answer created = admin.post(
                USERS,
                Map.of(
                        "compartmentId", root,
                        "name", "alice@example.com",
                        "description", "Alice",
                        "email", "alice@example.com",
                        "freeformTags", Map.of("team", "keys")),
                Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        assertThat(created.body().path("compartmentId").asText()).isEqualTo(root);
        assertThat(created.body().path("lifecycleState").asText()).isEqualTo("ACTIVE");
        assertThat(created.body().path("capabilities").path("canUseApiKeys").asBoolean())
                .isTrue();
        String target = USERS + "/" + id(created);
        String etag = created.header("etag");

        Answer read = admin.get(target);
        assertThat(read.body()).isEqualTo(created.body());
        assertThat(read.header("etag")).isEqualTo(etag);

        Answer updated = admin.put(target, Map.of("description", "changed"), Map.of("if-match", etag));
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.body().path("email").asText()).isEqualTo("alice@example.com");
        assertThat(updated.body().path("freeformTags").path("team").asText()).isEqualTo("keys");
        refused(412, "NoEtagMatch", "", admin.put(target, Map.of("description", "late"), Map.of("if-match", etag)));
        refused(412, "NoEtagMatch", "", admin.delete(target, Map.of("if-match", etag)));

        assertThat(admin.delete(target, Map.of()).status()).isEqualTo(204);
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(target));
        refused(404, "NotAuthorizedOrNotFound", "", admin.delete(target, Map.of()));
    }

    @Test
    void usersAreNamedOnceAndRightly() {
        user("bob");
        refused(409, "Conflict", "BOB", admin.post(USERS, body("BOB"), Map.of()));
        refused(400, "InvalidParameter", "name", admin.post(USERS, body("two words"), Map.of()));
        refused(400, "InvalidParameter", "name", admin.post(USERS, body("x".repeat(101)), Map.of()));
        refused(400, "MissingParameter", "compartmentId", admin.post(USERS, Map.of("name", "x"), Map.of()));
        refused(
                400,
                "MissingParameter",
                "description",
                admin.post(USERS, Map.of("compartmentId", root, "name", "x"), Map.of()));
        refused(400, "InvalidParameter", "email", admin.post(USERS, with(body("x"), "email", "nobody"), Map.of()));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                admin.post(
                        USERS, with(body("x"), "compartmentId", mint.tenancy().value()), Map.of()));
        String below = compartment("people-below");
        refused(
                400,
                "InvalidParameter",
                "compartmentId",
                admin.post(USERS, with(body("x"), "compartmentId", below), Map.of()));
        refused(400, "InvalidParameter", "compartmentId", admin.get(USERS + "?compartmentId=" + below));
        refused(400, "MissingParameter", "compartmentId", admin.get(USERS));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.get(USERS + "?compartmentId=" + mint.tenancy().value()));
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(USERS + "/nonsense"));
        refused(400, "CannotParseRequest", "", admin.send("POST", USERS, "", Map.of()));
    }

    @Test
    void retryTokenAnswersTheFirstResult() {
        Map<String, String> token = Map.of("opc-retry-token", UUID.randomUUID().toString());
        Answer first = admin.post(USERS, body("retried"), token);
        Answer second = admin.post(USERS, body("retried"), token);
        assertThat(first.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.header("etag")).isEqualTo(first.header("etag"));

        assertThat(admin.delete(USERS + "/" + id(first), Map.of()).status()).isEqualTo(204);
        refused(409, "InvalidatedRetryToken", "", admin.post(USERS, body("retried"), token));
    }

    @Test
    void listsAreFilteredAndPaged() {
        for (int i = 0; i < 5; i++) {
            user("paged-" + i);
        }
        String list = USERS + "?compartmentId=" + root;
        List<String> names = new ArrayList<>();
        String page = "";
        do {
            Answer answer = admin.get(list + "&limit=2&sortBy=NAME" + page);
            assertThat(answer.body().size()).isLessThanOrEqualTo(2);
            answer.body().forEach(it -> names.add(it.path("name").asText()));
            page = "&page=" + answer.header("opc-next-page");
        } while (!page.equals("&page="));
        assertThat(names).contains("paged-0", "paged-1", "paged-2", "paged-3", "paged-4", "administrator");
        assertThat(names).doesNotHaveDuplicates();

        assertThat(admin.get(list + "&name=PAGED-3").body()).hasSize(1);
        assertThat(admin.get(list + "&name=paged-3&lifecycleState=INACTIVE").body())
                .isEmpty();
        assertThat(admin.get(list + "&externalIdentifier=x").body()).isEmpty();
        refused(400, "InvalidParameter", "sortBy", admin.get(list + "&sortBy=SIZE"));
        refused(400, "InvalidParameter", "lifecycleState", admin.get(list + "&lifecycleState=NOPE"));
        String ofNames = admin.get(list + "&limit=2&sortBy=NAME").header("opc-next-page");
        assertThat(ofNames).isNotEmpty();
        for (String page1 : List.of("abc", "null", ofNames)) {
            refused(400, "InvalidParameter", "page", admin.get(list + "&page=" + page1));
        }
        refused(400, "InvalidParameter", "page", admin.get(list + "&sortBy=NAME&sortOrder=DESC&page=" + ofNames));
    }

    @Test
    void keysAreUploadedListedAndDeleted() throws Exception {
        KeyPair pair = Signer.rsa(2048);
        String user = user("key-owner");
        SignedApi owner = new SignedApi(admin.tenancy(), new UserId(user), pair);
        String keys = USERS + "/" + user + "/apiKeys";
        refused(401, "NotAuthenticated", "", owner.get(keys));

        Answer uploaded = admin.post(keys, Map.of("key", Signer.pem(pair)), Map.of());
        assertThat(uploaded.status()).as(uploaded.raw().body()).isEqualTo(200);
        String fingerprint = uploaded.body().path("fingerprint").asText();
        assertThat(fingerprint).isEqualTo(fingerprint(pair));
        assertThat(uploaded.body().path("keyId").asText()).isEqualTo(root + "/" + user + "/" + fingerprint);
        assertThat(uploaded.header("etag")).isNotEmpty();
        refused(409, "Conflict", fingerprint, admin.post(keys, Map.of("key", Signer.pem(pair)), Map.of()));

        // From here on the user manages the keys himself, and nobody else's.
        assertThat(owner.get(keys).body()).hasSize(1);
        Answer second = owner.post(keys, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of());
        assertThat(second.status()).isEqualTo(200);
        assertThat(owner.post(keys, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of())
                        .status())
                .isEqualTo(200);
        refused(400, "LimitExceeded", "3", owner.post(keys, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of()));
        String others = USERS + "/" + admin.user().value() + "/apiKeys";
        refused(404, "NotAuthorizedOrNotFound", "", owner.get(others));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                owner.post(others, Map.of("key", Signer.pem(Signer.rsa(2048))), Map.of()));
        refused(404, "NotAuthorizedOrNotFound", "", owner.delete(others + "/" + fingerprint, Map.of()));

        refused(412, "NoEtagMatch", "", owner.delete(keys + "/" + fingerprint, Map.of("if-match", "1")));
        String escaped = second.body().path("fingerprint").asText().replace(":", "%3A");
        underWay().answersAfter(() -> owner.delete(keys + "/" + escaped, Map.of()));
        assertThat(owner.delete(keys + "/" + fingerprint, Map.of()).status()).isEqualTo(204);
        refused(401, "NotAuthenticated", "", owner.get(keys));
        refused(404, "NotAuthorizedOrNotFound", "", admin.delete(keys + "/" + fingerprint, Map.of()));
        assertThat(admin.get(keys).body()).hasSize(1);
    }

    @Test
    void whatIsNoKeyIsRefused() {
        String keys = USERS + "/" + user("keyless") + "/apiKeys";
        refused(400, "MissingParameter", "key", admin.post(keys, Map.of(), Map.of()));
        refused(400, "InvalidParameter", "key", admin.post(keys, Map.of("key", "nonsense"), Map.of()));
        refused(
                400,
                "InvalidParameter",
                "1024 bits",
                admin.post(keys, Map.of("key", Signer.pem(Signer.rsa(1024))), Map.of()));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.post(
                        USERS + "/" + mint.user().value() + "/apiKeys",
                        Map.of("key", Signer.pem(Signer.rsa(2048))),
                        Map.of()));
    }

    @Test
    void blockedUserHasNothing() throws Exception {
        KeyPair pair = Signer.rsa(2048);
        SignedApi blocked = userWithKey("blocked", pair);
        String keys = USERS + "/" + blocked.user().value() + "/apiKeys";
        String state = USERS + "/" + blocked.user().value() + "/state";
        assertThat(blocked.get(keys).status()).isEqualTo(200);

        underWay().answersAfter(() -> admin.put(state, Map.of("blocked", true), Map.of()));
        refused(401, "NotAuthenticated", "", blocked.get(keys));
        assertThat(admin.get(USERS + "/" + blocked.user().value())
                        .body()
                        .path("lifecycleState")
                        .asText())
                .isEqualTo("INACTIVE");

        assertThat(admin.put(state, Map.of("blocked", false), Map.of()).status())
                .isEqualTo(200);
        assertThat(blocked.get(keys).status()).isEqualTo(200);
        refused(400, "MissingParameter", "blocked", admin.put(state, Map.of(), Map.of()));
    }

    @Test
    void membershipsGiveAndTake() throws Exception {
        SignedApi member = userWithKey("member", Signer.rsa(2048));
        String group = id(admin.post(GROUPS, body("My Group"), Map.of()));
        assertThat(admin.post(
                                POLICIES,
                                with(
                                        body("of-my-group"),
                                        "statements",
                                        List.of("Allow group 'My Group' to inspect policies in tenancy")),
                                Map.of())
                        .status())
                .isEqualTo(200);
        String list = POLICIES + "?compartmentId=" + root;
        refused(404, "NotAuthorizedOrNotFound", "", member.get(list));

        Answer added = admin.post(MEMBERSHIPS, Map.of("userId", member.user().value(), "groupId", group), Map.of());
        assertThat(added.status()).as(added.raw().body()).isEqualTo(200);
        assertThat(added.body().path("lifecycleState").asText()).isEqualTo("ACTIVE");
        assertThat(member.get(list).status()).isEqualTo(200);
        refused(
                409,
                "Conflict",
                "",
                admin.post(MEMBERSHIPS, Map.of("userId", member.user().value(), "groupId", group), Map.of()));

        String target = MEMBERSHIPS + "/" + id(added);
        assertThat(admin.get(target).body()).isEqualTo(added.body());
        assertThat(admin.get(target).header("etag")).isEqualTo(added.header("etag"));
        String all = MEMBERSHIPS + "?compartmentId=" + root;
        assertThat(admin.get(all + "&groupId=" + group).body()).hasSize(1);
        assertThat(admin.get(all + "&userId=" + member.user().value()).body()).hasSize(1);
        assertThat(admin.get(all + "&userId=" + mint.user().value()).body()).isEmpty();
        // A group with members and a member of a group stay.
        refused(409, "Conflict", "members", admin.delete(GROUPS + "/" + group, Map.of()));
        refused(
                409,
                "Conflict",
                "group",
                admin.delete(USERS + "/" + member.user().value(), Map.of()));

        refused(412, "NoEtagMatch", "", admin.delete(target, Map.of("if-match", "1")));
        underWay().answersAfter(() -> admin.delete(target, Map.of("if-match", added.header("etag"))));
        refused(404, "NotAuthorizedOrNotFound", "", member.get(list));
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(target));
        underWay().answersAfter(() -> admin.delete(GROUPS + "/" + group, Map.of()));
        underWay().answersAfter(() -> admin.delete(USERS + "/" + member.user().value(), Map.of()));
        refused(401, "NotAuthenticated", "", member.get(list));
    }

    @Test
    void membershipsOfWhatDoesNotExist() {
        String user = user("nobodys-member");
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                admin.post(
                        MEMBERSHIPS,
                        Map.of("userId", user, "groupId", mint.group().value()),
                        Map.of()));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                admin.post(
                        MEMBERSHIPS,
                        Map.of("userId", mint.user().value(), "groupId", group(ADMINISTRATORS)),
                        Map.of()));
        refused(400, "MissingParameter", "userId", admin.post(MEMBERSHIPS, Map.of(), Map.of()));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.get(MEMBERSHIPS + "/" + mint.membership().value()));
        SignedApi stranger = userWithKey("stranger", Signer.rsa(2048));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                stranger.post(
                        MEMBERSHIPS,
                        Map.of("userId", stranger.user().value(), "groupId", group(ADMINISTRATORS)),
                        Map.of()));
        refused(404, "NotAuthorizedOrNotFound", "", stranger.get(MEMBERSHIPS + "?compartmentId=" + root));
        refused(404, "NotAuthorizedOrNotFound", "", stranger.get(USERS + "?compartmentId=" + root));
        refused(404, "NotAuthorizedOrNotFound", "", stranger.post(USERS, body("made"), Map.of()));
        refused(404, "NotAuthorizedOrNotFound", "", stranger.get(GROUPS + "/" + group(ADMINISTRATORS)));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                stranger.put(USERS + "/" + stranger.user().value() + "/state", Map.of("blocked", false), Map.of()));
    }

    /** Who makes a key of an administrator's is one. */
    @Test
    void managersOfUsersDoNotReachTheAdministrators() {
        SignedApi manager = userWithKey("user-manager", Signer.rsa(2048));
        String managers = id(admin.post(GROUPS, body("User Managers"), Map.of()));
        String membership =
                id(admin.post(MEMBERSHIPS, Map.of("userId", manager.user().value(), "groupId", managers), Map.of()));
        assertThat(admin.post(
                                POLICIES,
                                with(
                                        body("of-user-managers"),
                                        "statements",
                                        List.of(
                                                "Allow group 'User Managers' to manage users in tenancy",
                                                "Allow group 'User Managers' to manage groups in tenancy"
                                                        + " where target.group.name != 'Administrators'")),
                                Map.of())
                        .status())
                .isEqualTo(200);
        Map<String, String> key = Map.of("key", Signer.pem(Signer.rsa(2048)));
        String administrator = USERS + "/" + admin.user().value();
        String fingerprint = admin.get(administrator + "/apiKeys")
                .body()
                .path(0)
                .path("fingerprint")
                .asText();

        String none = "NotAuthorizedOrNotFound";
        refused(404, none, "", manager.post(administrator + "/apiKeys", key, Map.of()));
        refused(404, none, "", manager.delete(administrator + "/apiKeys/" + fingerprint, Map.of()));
        refused(404, none, "", manager.put(administrator + "/state", Map.of("blocked", true), Map.of()));
        refused(404, none, "", manager.put(administrator, Map.of("description", "changed"), Map.of()));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                manager.post(
                        MEMBERSHIPS,
                        Map.of("userId", manager.user().value(), "groupId", group(ADMINISTRATORS)),
                        Map.of()));
        // The administrators are seen, and everybody else is managed.
        assertThat(manager.get(administrator + "/apiKeys").body()).hasSize(1);
        String other = USERS + "/" + user("no-administrator");
        assertThat(manager.post(other + "/apiKeys", key, Map.of()).status()).isEqualTo(200);
        assertThat(manager.put(other, Map.of("description", "changed"), Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(manager.put(other + "/state", Map.of("blocked", true), Map.of())
                        .status())
                .isEqualTo(200);

        assertThat(admin.delete(MEMBERSHIPS + "/" + membership, Map.of()).status())
                .isEqualTo(204);
    }

    @Test
    void groupFromCreationToDeletion() {
        Answer created = admin.post(GROUPS, body("Key Operators"), Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        String target = GROUPS + "/" + id(created);
        assertThat(admin.get(target).body()).isEqualTo(created.body());
        refused(409, "Conflict", "key operators", admin.post(GROUPS, body("key operators"), Map.of()));
        refused(400, "InvalidParameter", "name", admin.post(GROUPS, body(" leading"), Map.of()));
        refused(400, "InvalidParameter", "name", admin.post(GROUPS, body("a/b"), Map.of()));

        Answer updated =
                admin.put(target, Map.of("description", "they operate"), Map.of("if-match", created.header("etag")));
        assertThat(updated.body().path("description").asText()).isEqualTo("they operate");
        refused(412, "NoEtagMatch", "", admin.delete(target, Map.of("if-match", created.header("etag"))));
        assertThat(admin.get(GROUPS + "?compartmentId=" + root + "&name=key%20operators")
                        .body())
                .hasSize(1);
        assertThat(admin.delete(target, Map.of()).status()).isEqualTo(204);
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(target));
    }

    @Test
    void somebodyAlwaysAdministers() {
        String administrators = group(ADMINISTRATORS);
        refused(409, "Conflict", "built in", admin.delete(GROUPS + "/" + administrators, Map.of()));
        String membership = id0(admin.get(MEMBERSHIPS + "?compartmentId=" + root + "&groupId=" + administrators
                + "&userId=" + admin.user().value()));
        String me = USERS + "/" + admin.user().value();
        String key = me + "/apiKeys/"
                + admin.get(me + "/apiKeys").body().path(0).path("fingerprint").asText();

        // Whoever is in the group, but can't sign, takes nobody's place.
        String keyless = user("keyless-administrator");
        String second = id(admin.post(MEMBERSHIPS, Map.of("userId", keyless, "groupId", administrators), Map.of()));
        refused(409, "Conflict", "last", admin.delete(MEMBERSHIPS + "/" + membership, Map.of()));
        refused(409, "Conflict", "last", admin.put(me + "/state", Map.of("blocked", true), Map.of()));
        refused(409, "Conflict", "last API key", admin.delete(key, Map.of()));

        // With a second who can, the first could go; the second goes first here.
        KeyPair pair = Signer.rsa(2048);
        assertThat(admin.post(USERS + "/" + keyless + "/apiKeys", Map.of("key", Signer.pem(pair)), Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(admin.put(me + "/state", Map.of("blocked", true), Map.of()).status())
                .isEqualTo(200);
        SignedApi other = new SignedApi(admin.tenancy(), new UserId(keyless), pair);
        refused(409, "Conflict", "last", other.delete(MEMBERSHIPS + "/" + second, Map.of()));
        assertThat(other.put(me + "/state", Map.of("blocked", false), Map.of()).status())
                .isEqualTo(200);
        assertThat(admin.delete(MEMBERSHIPS + "/" + second, Map.of()).status()).isEqualTo(204);
        assertThat(admin.get(MEMBERSHIPS + "/" + membership).status()).isEqualTo(200);
    }

    @Test
    void aDeletedKeyDoesNotComeBackWithTheNextStart() {
        String keys = USERS + "/" + admin.user().value() + "/apiKeys";
        KeyPair pair = Signer.rsa(2048);
        assertThat(admin.post(keys, Map.of("key", Signer.pem(pair)), Map.of()).status())
                .isEqualTo(200);
        SignedApi renewed = new SignedApi(admin.tenancy(), admin.user(), pair);
        String first = admin.get(keys).body().path(0).path("fingerprint").asText();
        String firstPem = admin.get(keys).body().path(0).path("keyValue").asText();

        assertThat(renewed.delete(keys + "/" + first, Map.of()).status()).isEqualTo(204);
        TestUsers.bootstrapAgain(SignedApi.bootstrapFile());
        refused(401, "NotAuthenticated", "", admin.get(keys));

        // Only uploaded again does it hold again.
        assertThat(renewed.post(keys, Map.of("key", firstPem), Map.of()).status())
                .isEqualTo(200);
        assertThat(admin.delete(keys + "/" + fingerprint(pair), Map.of()).status())
                .isEqualTo(204);
    }

    @Test
    void dynamicGroupFromCreationToDeletion() throws Exception {
        String rule = "ALL {resource.type = 'cluster', resource.compartment.id = '" + root + "'}";
        Answer created = admin.post(DYNAMIC_GROUPS, with(body("acme-oke-kms-dyn-grp"), "matchingRule", rule), Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        assertThat(created.body().path("matchingRule").asText()).isEqualTo(rule);
        assertThat(created.body().path("compartmentId").asText()).isEqualTo(root);
        String target = DYNAMIC_GROUPS + "/" + id(created);
        assertThat(admin.get(target).body()).isEqualTo(created.body());
        assertThat(admin.get(DYNAMIC_GROUPS + "?compartmentId=" + root + "&name=ACME-oke-kms-dyn-grp")
                        .body())
                .hasSize(1);
        refused(
                409,
                "Conflict",
                "exists",
                admin.post(DYNAMIC_GROUPS, with(body("acme-oke-kms-dyn-grp"), "matchingRule", rule), Map.of()));

        underWay()
                .answersAfter(
                        () -> admin.put(target, Map.of("matchingRule", "Any {resource.type = 'cluster'}"), Map.of()));
        refused(
                412,
                "NoEtagMatch",
                "",
                admin.put(target, Map.of("description", "late"), Map.of("if-match", created.header("etag"))));
        underWay().answersAfter(() -> admin.delete(target, Map.of()));
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(target));
    }

    @Test
    void aRuleThatIsNoneIsRefusedWithItsPlace() {
        refused(
                400,
                "InvalidParameter",
                "matchingRule line 1:20",
                admin.post(
                        DYNAMIC_GROUPS,
                        with(body("wrong"), "matchingRule", "ALL {resource.type 'cluster'}"),
                        Map.of()));
        refused(400, "MissingParameter", "matchingRule", admin.post(DYNAMIC_GROUPS, body("wrong"), Map.of()));
        refused(
                400,
                "InvalidParameter",
                "4096 characters",
                admin.post(
                        DYNAMIC_GROUPS,
                        with(body("wrong"), "matchingRule", "resource.id = '" + "x".repeat(4096) + "'"),
                        Map.of()));
    }

    private UnderWay underWay() {
        return new UnderWay(state, barrier, uses);
    }

    private SignedApi userWithKey(String name, KeyPair pair) {
        String user = user(name);
        Answer uploaded = admin.post(USERS + "/" + user + "/apiKeys", Map.of("key", Signer.pem(pair)), Map.of());
        assertThat(uploaded.status()).as(uploaded.raw().body()).isEqualTo(200);
        return new SignedApi(admin.tenancy(), new UserId(user), pair);
    }

    private String user(String name) {
        Answer created = admin.post(USERS, body(name), Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        return id(created);
    }

    private String group(String name) {
        return id0(admin.get(GROUPS + "?compartmentId=" + root + "&name=" + name));
    }

    private String compartment(String name) {
        return id(admin.post("/20160918/compartments", body(name), Map.of()));
    }

    private Map<String, Object> body(String name) {
        return Map.of("compartmentId", root, "name", name, "description", "for a test");
    }

    private static Map<String, Object> with(Map<String, Object> body, String field, Object value) {
        Map<String, Object> more = new HashMap<>(body);
        more.put(field, value);
        return more;
    }

    private static String fingerprint(KeyPair pair) {
        return RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint();
    }

    private static String id(Answer answer) {
        return answer.body().path("id").asText();
    }

    private static String id0(Answer answer) {
        JsonNode list = answer.body();
        assertThat(list).as(answer.raw().body()).hasSize(1);
        return list.path(0).path("id").asText();
    }

    private static void refused(int status, String code, String contained, Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).contains(contained);
    }
}
