package io.holdfast.iam;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.language.ParsedRule;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyPrinter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every statement and rule of the documentation that Holdfast implements, letter by letter, templates included. */
class SeedTest {
    private static final List<String> STATEMENTS = List.of(
            "Allow any-user to use keys in compartment <compartment-name> where ALL {request.principal.type = 'cluster',"
                    + " target.key.id = '<key-ocid>'}",
            "Allow any-user to use keys in compartment acme-kms-key-compartment where ALL {request.principal.type ="
                    + " 'cluster', target.key.id = 'ocid1.key.oc1.iad.annrl______trfg'}",
            "Allow dynamic-group <dynamic-group-name> to use keys in compartment <compartment-name> where target.key.id ="
                    + " '<key-OCID>'",
            "Allow dynamic-group <acme-oke-kms-dyn-grp> to use keys in compartment acme-kms-key-compartment where"
                    + " target.key.id = 'ocid1.key.oc1.iad.annrl______trfg'",
            "Allow any-user to use keys in compartment acme-kms-key-compartment where ALL {request.principal.type ="
                    + " 'cluster', target.key.id = 'ocid1.key.oc1.iad.annrl______trfg', request.principal.id ="
                    + " 'ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q'}",
            "Define tenancy OKE_Tenancy as ocid1.tenancy.oc1..<unique_ID>",
            "Define dynamic-group RemoteOKEClusterDynGroup as ocid1.dynamicgroup.oc1..<unique_ID>",
            "Define group RemoteOKEAdminGroup as ocid1.group.oc1..<unique_ID>",
            "Admit dynamic-group RemoteOKEClusterDynGroup of tenancy ClusterTenancy to use keys in tenancy where"
                    + " target.key.id = 'ocid1.key.oc1..<unique_ID>'",
            "Admit group RemoteOKEAdminGroup of tenancy ClusterTenancy to use keys in tenancy where target.key.id ="
                    + " 'ocid1.key.oc1..<unique_ID>'",
            "Define tenancy KMS_Tenancy as ocid1.tenancy.oc1..<unique_ID>",
            "Endorse group OKEAdminGroup to use keys in tenancy KMS_Tenancy",
            "Endorse dynamic-group OKEAdminDynGroup to use keys in tenancy KMS_Tenancy",
            "Allow dynamic-group OKEAdminDynGroup to use keys in tenancy where target.key.id ="
                    + " 'ocid1.key.oc1..<unique_ID>'");

    private static final List<String> RULES = List.of(
            "ALL {resource.type = 'cluster', resource.compartment.id = '<compartment-ocid>'}",
            "ALL {resource.type = 'cluster', resource.compartment.id = 'ocid1.compartment.oc1..aaaaaaaa23______smwa'}",
            "resource.id = 'ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q'",
            "ALL {resource.type = 'cluster', resource.compartment.id = 'ocid1.compartment.oc1..<unique_ID>'}");

    @Test
    void every_statement_is_accepted_and_prints_back() {
        for (String text : STATEMENTS) {
            ParsedStatement parsed = PolicyLanguage.parse(text);
            assertThat(PolicyLanguage.parse(PolicyPrinter.print(parsed.statement()))
                            .statement())
                    .isEqualTo(parsed.statement());
            assertThat(parsed.warnings().isEmpty()).as(text).isEqualTo(text.indexOf('<') < 0);
        }
    }

    @Test
    void placeholders_in_ocids_lose_their_brackets_with_a_warning() {
        ParsedStatement parsed = PolicyLanguage.parse("Define tenancy OKE_Tenancy as ocid1.tenancy.oc1..<unique_ID>");

        assertThat(PolicyPrinter.print(parsed.statement()))
                .isEqualTo("Define tenancy OKE_Tenancy as ocid1.tenancy.oc1..unique_ID");
        assertThat(parsed.warnings())
                .containsExactly(
                        "line 1:31: the OCID ocid1.tenancy.oc1..<unique_ID> looks like a placeholder; the angle"
                                + " brackets were left out");
    }

    @Test
    void every_matching_rule_is_accepted_and_prints_back() {
        for (String text : RULES) {
            ParsedRule parsed = PolicyLanguage.parseRule(text);
            assertThat(PolicyLanguage.parseRule(PolicyPrinter.print(parsed.rule()))
                            .rule())
                    .isEqualTo(parsed.rule());
            assertThat(parsed.warnings().isEmpty()).as(text).isEqualTo(text.indexOf('<') < 0);
        }
    }
}
