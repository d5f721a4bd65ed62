package io.holdfast.iam.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.AccessReview.Access;
import io.holdfast.iam.decision.AccessReview.Opening;
import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who can use a key, and by which statement. */
class AccessReviewTest {
    private static final Map<String, String> KEY = Map.of("target.key.id", Acme.KEY, "Target.Vault.Id", "v");

    @Test
    void statements_that_open_a_key_with_what_they_still_ask() {
        List<Opening> openings = review(
                        "Allow any-user to use keys in compartment security where all {request.principal.type = 'cluster',"
                                + " target.key.id = '" + Acme.KEY + "'}",
                        "Allow group Keepers to manage keys in tenancy",
                        "Allow group Keepers to use keys in tenancy where target.key.id = '" + Acme.OTHER_KEY + "'",
                        "Allow group Keepers to use keys in compartment apps",
                        "Allow group Keepers to read keys in tenancy",
                        "Allow any-user to use keys in tenancy where request.permission = 'KEY_SIGN'",
                        "Allow any-user to use keys in tenancy where any {target.vault.id = 'w', request.user.name = 'x'}",
                        "Allow any-user to use keys in tenancy where target.resource.tag.a.b = 'c'",
                        "Allow any-user to use keys in tenancy where all {target.compartment.name ="
                                + " 'acme-kms-key-compartment', target.vault.id = 'V'}",
                        "Allow any-user to use keys in tenancy where request.utc-timestamp before '2030-01-01T00:00Z'",
                        "Allow any-user to use keys in tenancy where request.wrong = 'c'")
                .openings();

        assertThat(openings).extracting(it -> it.statement().number()).containsExactly(1, 2, 6, 7, 9, 10);
        assertThat(openings.get(0).condition()).hasValue("request.principal.type = 'cluster'");
        assertThat(openings.get(0).subject()).isEqualTo("any-user");
        assertThat(openings.get(0).permissions()).isEqualTo(AccessReview.KEY_USE);
        assertThat(openings.get(1).condition()).isEmpty();
        assertThat(openings.get(1).subject()).isEqualTo("group Keepers");
        assertThat(openings.get(2).permissions()).isEqualTo(EnumSet.of(Permission.KEY_SIGN));
        assertThat(openings.get(3).condition()).hasValue("request.user.name = 'x'");
        assertThat(openings.get(4).condition()).isEmpty();
        assertThat(openings.get(5).condition()).hasValue("request.utc-timestamp before '2030-01-01T00:00:00Z'");
    }

    @Test
    void principals_that_can_use_a_key_and_by_which_statement() {
        List<Access> access = review(
                        "Allow any-user to use keys in tenancy where all {request.principal.type = 'cluster',"
                                + " request.operation = 'Decrypt', request.utc-timestamp before '2027-01-01T00:00Z'}",
                        "Allow group Keepers to {KEY_SIGN} in tenancy")
                .principals(List.of(Acme.CLUSTER, Acme.ALICE, Acme.user("bob")), Acme.NOW);

        assertThat(access).extracting(Access::principal).containsExactly(Acme.CLUSTER, Acme.ALICE);
        assertThat(access.get(0).grants()).singleElement().satisfies(grant -> {
            assertThat(grant.permission()).isEqualTo(Permission.KEY_DECRYPT);
            assertThat(grant.statement().number()).isEqualTo(1);
        });
        assertThat(access.get(0).holdsUntil()).hasToString("Optional[2027-01-01T00:00:00Z]");
        assertThat(access.get(1).grants())
                .extracting(Decision.Grant::permission)
                .containsExactly(Permission.KEY_SIGN);
        assertThat(access.get(1).holdsUntil()).isEmpty();
    }

    @Test
    void both_halves_of_another_tenancys_access_are_shown() {
        TenancyId other = new TenancyId("ocid1.tenancy.oc1..other");
        PolicyContext context =
                new PolicyContext(Map.of("acme-corp", Acme.TENANCY, "other", other), true, Optional.empty());
        CompartmentTree tree = CompartmentTree.of(
                other,
                "other",
                List.of(new Compartment(new CompartmentId("ocid1.compartment.oc1..o"), "o", other.rootCompartment())));
        Installation installation = Installation.of(List.of(
                PolicySet.of(
                        Acme.TREE,
                        List.of(Acme.policy(
                                "here",
                                Acme.ROOT,
                                "Admit any-user of tenancy other to use keys in tenancy",
                                "Deny any-user to {KEY_EXPORT} in tenancy",
                                "Endorse any-user to use keys in any-tenancy")),
                        context),
                PolicySet.of(
                        tree,
                        List.of(Acme.policy(
                                "there",
                                other.rootCompartment(),
                                "Endorse any-user to use keys in tenancy acme-corp",
                                "Endorse any-user to use keys in any-tenancy where target.key.id = 'another'",
                                "Allow any-user to use keys in tenancy")),
                        context)));

        assertThat(new AccessReview(installation, Acme.KEYS, KEY, AccessReview.KEY_USE).openings())
                .extracting(
                        it -> it.statement().policyName() + " " + it.statement().number() + " " + it.kind())
                .containsExactly("here 1 ADMIT", "here 2 DENY", "there 1 ENDORSE");
    }

    @Test
    void nobody_can_use_a_key_that_is_nowhere() {
        CompartmentId nowhere = new CompartmentId("ocid1.compartment.oc1..gone");
        AccessReview review = new AccessReview(
                Installation.of(List.of(Acme.inTenancy("Allow any-user to use keys in tenancy"))),
                nowhere,
                KEY,
                AccessReview.KEY_USE);

        assertThat(review.openings()).isEmpty();
        assertThat(review.principals(List.of(Acme.CLUSTER), Acme.NOW)).isEmpty();
    }

    private static AccessReview review(String... statements) {
        PolicySet policies = Acme.inTenancy(statements);
        assertThat(policies.unusable()).isEmpty();
        return new AccessReview(Installation.of(List.of(policies)), Acme.KEYS, KEY, Set.copyOf(AccessReview.KEY_USE));
    }
}
