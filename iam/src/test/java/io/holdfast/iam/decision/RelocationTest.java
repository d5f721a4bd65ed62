package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Acme.APPS;
import static io.holdfast.iam.decision.Acme.KEYS;
import static io.holdfast.iam.decision.Acme.ROOT;
import static io.holdfast.iam.decision.Acme.SECURITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyLimits;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What statements say when a compartment has another place or name. */
class RelocationTest {
    private static final Relocation MOVED = to(new Compartment(KEYS, "acme-kms-key-compartment", APPS));
    private static final Relocation RENAMED = to(new Compartment(KEYS, "vaults", SECURITY));

    private static Relocation to(Compartment changed) {
        return new Relocation(Acme.TREE, Acme.TREE.with(changed));
    }

    private static String rewritten(Relocation relocation, CompartmentId attachment, String statement) {
        return relocation.rewritten(List.of(statement), attachment).getFirst();
    }

    @Test
    void go_on_to_name_what_moved_and_what_is_below_it() {
        assertThat(
                        rewritten(
                                MOVED,
                                ROOT,
                                "allow group A to use keys in compartment Security:ACME-kms-key-compartment where request.user.name = 'x'"))
                .isEqualTo(
                        "Allow group A to use keys in compartment apps:acme-kms-key-compartment where request.user.name = 'x'");
        assertThat(rewritten(
                        MOVED,
                        ROOT,
                        "Admit group G of tenancy T to use keys in compartment security:acme-kms-key-compartment:prod"))
                .isEqualTo("Admit group G of tenancy T to use keys in compartment apps:acme-kms-key-compartment:prod");
        assertThat(rewritten(MOVED, ROOT, "Deny group A to use keys in compartment security:acme-kms-key-compartment"))
                .isEqualTo("Deny group A to use keys in compartment apps:acme-kms-key-compartment");
    }

    @Test
    void are_the_same_to_the_letter_when_they_name_something_else() {
        for (String other : List.of(
                "allow   group A to use keys in compartment security",
                "allow group A to use keys in tenancy",
                "allow group A to use keys in compartment id " + KEYS.value(),
                "allow group A to use keys in compartment apps:nowhere",
                "Endorse group A to use keys in tenancy T",
                "Define tenancy T as ocid1.tenancy.oc1..t",
                "no statement at all")) {
            assertThat(rewritten(MOVED, ROOT, other)).isEqualTo(other);
        }
    }

    @Test
    void stay_in_a_policy_that_is_not_above_both_places() {
        String within = "allow group A to use keys in compartment acme-kms-key-compartment";
        assertThat(rewritten(MOVED, SECURITY, within)).isEqualTo(within);
        // Below what moved the path is the same.
        String below = "allow group A to use keys in compartment prod";
        assertThat(rewritten(MOVED, KEYS, below)).isEqualTo(below);
    }

    @Test
    void name_the_new_name() {
        assertThat(rewritten(
                        RENAMED,
                        ROOT,
                        "Allow group A to use keys in compartment security:acme-kms-key-compartment:prod"))
                .isEqualTo("Allow group A to use keys in compartment security:vaults:prod");
        assertThat(rewritten(RENAMED, SECURITY, "Allow group A to use keys in compartment acme-kms-key-compartment"))
                .isEqualTo("Allow group A to use keys in compartment vaults");
        // Its own policy may call it by its name.
        assertThat(rewritten(RENAMED, KEYS, "Allow group A to use keys in compartment acme-kms-key-compartment"))
                .isEqualTo("Allow group A to use keys in compartment vaults");
    }

    @Test
    void stay_when_the_path_would_be_too_long() {
        String name = "n".repeat(100);
        Relocation deep = new Relocation(
                Acme.TREE.with(new Compartment(APPS, name, ROOT)),
                Acme.TREE.with(new Compartment(APPS, name, ROOT)).with(new Compartment(KEYS, name, APPS)));
        String head =
                "Allow group A to use keys in compartment security:acme-kms-key-compartment where request.user.name = '";
        String longest = head + "x".repeat(PolicyLimits.STATEMENT_LENGTH - head.length() - 1) + "'";
        assertThat(PolicyLanguage.parse(longest)).isNotNull();

        assertThat(rewritten(deep, ROOT, longest)).isEqualTo(longest);
        assertThat(rewritten(deep, ROOT, head + "x'")).contains("compartment " + name + ":" + name);
    }

    /** Neither can be done any more; it may be stored. */
    @Test
    void never_come_to_name_the_attachment_instead_of_a_child_or_a_child_instead_of_it() {
        Relocation childTakesIt = to(new Compartment(KEYS, "Security", SECURITY));
        String child = "Allow group A to use keys in compartment acme-kms-key-compartment";
        assertThat(rewritten(childTakesIt, SECURITY, child)).isEqualTo(child);
        assertThat(childTakesIt.after().resolve(SECURITY, List.of("acme-kms-key-compartment")))
                .isEmpty();
        String itself = "Allow group A to use keys in compartment security";
        assertThat(rewritten(childTakesIt, SECURITY, itself)).isEqualTo(itself);
        assertThat(childTakesIt.after().resolve(SECURITY, List.of("security"))).contains(SECURITY);
        assertThat(rewritten(
                        childTakesIt,
                        ROOT,
                        "Allow group A to use keys in compartment security:acme-kms-key-compartment:prod"))
                .isEqualTo("Allow group A to use keys in compartment security:Security:prod");

        // The one above gets a name of its own again, or the one below.
        Relocation outer = new Relocation(
                childTakesIt.after(), childTakesIt.after().with(new Compartment(SECURITY, "vaults", ROOT)));
        assertThat(rewritten(outer, SECURITY, itself)).isEqualTo("Allow group A to use keys in compartment vaults");
        Relocation inner = new Relocation(
                childTakesIt.after(), childTakesIt.after().with(new Compartment(KEYS, "keys", SECURITY)));
        assertThat(rewritten(inner, SECURITY, itself)).isEqualTo(itself);
        assertThat(rewritten(inner, ROOT, "Allow group A to use keys in compartment security:security"))
                .isEqualTo("Allow group A to use keys in compartment security:keys");
    }
}
