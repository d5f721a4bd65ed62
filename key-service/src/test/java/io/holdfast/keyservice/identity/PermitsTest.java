package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.platform.http.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a request was allowed, asked again in a later state of identity. */
class PermitsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Tenancy TENANCY = new Tenancy(MINT.tenancy(), "acme", "a tenancy", NOW);
    private static final User USER = new User(MINT.user(), TENANCY.id(), "alice", "a user", true, NOW);
    private static final RsaPublicKey KEY = RsaPublicKey.fromPem(Signer.pem(Signer.rsa(2048)));
    private static final ApiKey API_KEY = new ApiKey(TENANCY.id(), USER.id(), KEY.fingerprint(), KEY.toPem(), NOW);

    private static final Identity.View ALLOWED = view("Allow any-user to manage groups in tenancy");
    private static final Identity.View TAKEN = view("Allow any-user to read groups in tenancy");

    private final Permits permits = new Permits();

    @Test
    void whatIsStillAllowedStays() {
        granted("GROUP_CREATE");

        assertThatCode(() -> permits.requireIn(ALLOWED)).doesNotThrowAnyException();
    }

    @Test
    void oneRightThatIsGoneIsEnough() {
        granted("GROUP_INSPECT");
        granted("GROUP_CREATE");

        refused(ProblemCode.NOT_AUTHORIZED_OR_NOT_FOUND, TAKEN);
    }

    @Test
    void aKeyThatIsGoneSignsNothingMore() {
        KeyReference key = new KeyReference(TENANCY.id(), USER.id(), KEY.fingerprint());
        permits.authenticatedBy(seen -> seen.find(key).isPresent());

        assertThatCode(() -> permits.requireIn(TAKEN)).doesNotThrowAnyException();
        refused(ProblemCode.NOT_AUTHENTICATED, new Identity.View(Snapshots.of(List.of(USER), List.of()), 8));
    }

    @Test
    void aFactThatHasChangedTakesTheRight() {
        granted("GROUP_CREATE");
        permits.restOn(now -> now.policies().isEmpty());

        refused(ProblemCode.NOT_AUTHORIZED_OR_NOT_FOUND, ALLOWED);
    }

    private void granted(String permission) {
        permits.granted(
                new Caller("user", USER.id().value(), USER.name(), TENANCY.id(), ""),
                "CreateGroup",
                List.of(permission),
                TENANCY.id().rootCompartment(),
                Map.of());
    }

    private void refused(ProblemCode code, Identity.View view) {
        assertThatThrownBy(() -> permits.requireIn(view))
                .isInstanceOfSatisfying(
                        ProblemException.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    private static Identity.View view(String statement) {
        StoredPolicy policy = new StoredPolicy(
                MINT.policy(),
                TENANCY.id(),
                TENANCY.id().rootCompartment(),
                "groups",
                "for a test",
                List.of(statement),
                null,
                false,
                NOW,
                Map.of(),
                Map.of());
        return new Identity.View(Snapshots.of(TENANCY, USER, API_KEY, policy), 7);
    }
}
