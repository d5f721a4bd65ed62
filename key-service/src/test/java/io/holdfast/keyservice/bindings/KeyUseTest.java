package io.holdfast.keyservice.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.iam.decision.Finding;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.domain.MasterKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyUseTest {
    private static final Ocid.Mint MINT = Samples.MINT;
    private static final TenancyId CLUSTERS = MINT.tenancy();
    private static final MasterKey KEY = Samples.enabledKey();

    @Test
    void withinATenancyOneStatementIsAdvised() {
        assertThat(KeyUse.advice(KEY.facts().tenancyId(), KEY))
                .startsWith("Add a statement such as: Allow any-user to use keys in compartment id ");
    }

    @Test
    void acrossTenanciesTheStatementsOfBothAreAdvised() {
        assertThat(KeyUse.advice(CLUSTERS, KEY))
                .contains("both must agree")
                .contains("Define tenancy ClusterTenancy as " + CLUSTERS.value())
                .contains("Admit any-user of tenancy ClusterTenancy to use keys in compartment id ")
                .contains("Define tenancy KeyTenancy as "
                        + KEY.facts().tenancyId().value())
                .contains("Endorse any-user to use keys in tenancy KeyTenancy where");
    }

    @Test
    void whoReadsSecretsIsNotToldWhereAnotherTenancyKeepsItsKeys() {
        assertThat(KeyUse.adviceWithin(KEY.facts().tenancyId(), KEY))
                .isEqualTo(KeyUse.advice(KEY.facts().tenancyId(), KEY));
        assertThat(KeyUse.adviceWithin(CLUSTERS, KEY))
                .contains("another tenancy")
                .doesNotContain("ocid1.");
    }

    @Test
    void whatIsAdvisedIsAccepted() {
        assertAccepted(KEY.facts().tenancyId(), KeyUse.admitting(CLUSTERS, KEY));
        assertAccepted(CLUSTERS, KeyUse.endorsing(KEY));
    }

    private static void assertAccepted(TenancyId tenancy, List<String> statements) {
        // The key is in its tenancy's root compartment.
        CompartmentTree tree = CompartmentTree.of(tenancy, "a tenancy", List.of());
        assertThat(PolicySet.of(tree, List.of())
                        .check(statements.stream().map(PolicyLanguage::parse).toList(), tenancy.rootCompartment()))
                .noneMatch(it -> it.severity() == Finding.Severity.ERROR);
    }
}
