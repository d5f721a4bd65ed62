package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The region, and what of Oracle's identity client Holdfast does not have. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class IdentityEdgesRestTest {
    /** Every other operation of the client, version 3.63.1 of Oracle's SDK, with an x for each id. */
    private static final Map<String, String> MISSING = Map.ofEntries(
            Map.entry("GET", """
                    allowedDomainLicenseTypes
                    authenticationPolicies/x
                    availabilityDomains
                    compartments/bulkActionResourceTypes
                    domains
                    domains/x
                    faultDomains
                    iamWorkRequests
                    iamWorkRequests/x
                    iamWorkRequests/x/errors
                    iamWorkRequests/x/logs
                    identityProviders
                    identityProviders/x
                    identityProviders/x/groupMappings
                    identityProviders/x/groupMappings/x
                    identityProviders/x/groups
                    networkSources
                    networkSources/x
                    tagDefaults
                    tagDefaults/actions/assembleEffectiveTagSet
                    tagDefaults/x
                    tagNamespaces
                    tagNamespaces/actions/listCostTrackingTags
                    tagNamespaces/x
                    tagNamespaces/x/tags
                    tagNamespaces/x/tags/x
                    taggingWorkRequests
                    taggingWorkRequests/x
                    taggingWorkRequests/x/errors
                    taggingWorkRequests/x/logs
                    tags/bulkEditResourceTypes
                    tags/standardTagNamespaceTemplates
                    tags/standardTagNamespaceTemplates/x
                    users/x/authTokens
                    users/x/customerSecretKeys
                    users/x/dbCredentials
                    users/x/mfaTotpDevices
                    users/x/mfaTotpDevices/x
                    users/x/oauth2ClientCredentials
                    users/x/smtpCredentials
                    users/x/swiftPasswords
                    users/x/uiPassword
                    workRequests"""), Map.entry("POST", """
                    compartments/x/actions/bulkDeleteResources
                    compartments/x/actions/bulkMoveResources
                    domains
                    domains/x/actions/activate
                    domains/x/actions/changeCompartment
                    domains/x/actions/changeLicenseType
                    domains/x/actions/deactivate
                    domains/x/actions/enableReplicationToRegion
                    identityProviders
                    identityProviders/x/actions/resetScimClient
                    identityProviders/x/groupMappings
                    networkSources
                    tagDefaults
                    tagDefaults/x/actions/addLock
                    tagDefaults/x/actions/removeLock
                    tagNamespaces
                    tagNamespaces/x/actions/addLock
                    tagNamespaces/x/actions/cascadeDelete
                    tagNamespaces/x/actions/changeCompartment
                    tagNamespaces/x/actions/removeLock
                    tagNamespaces/x/tags
                    tags/actions/bulkDelete
                    tags/actions/bulkEdit
                    tags/actions/importStandardTags
                    tenancies/x/regionSubscriptions
                    users/x/authTokens
                    users/x/customerSecretKeys
                    users/x/dbCredentials
                    users/x/mfaTotpDevices
                    users/x/mfaTotpDevices/x/actions/activate
                    users/x/mfaTotpDevices/x/actions/generateSeed
                    users/x/oauth2ClientCredentials
                    users/x/smtpCredentials
                    users/x/swiftPasswords
                    users/x/uiPassword"""), Map.entry("PUT", """
                    authenticationPolicies/x
                    domains/x
                    identityProviders/x
                    identityProviders/x/groupMappings/x
                    networkSources/x
                    tagDefaults/x
                    tagNamespaces/x
                    tagNamespaces/x/tags/x
                    users/x/authTokens/x
                    users/x/capabilities
                    users/x/customerSecretKeys/x
                    users/x/oauth2ClientCredentials/x
                    users/x/smtpCredentials/x
                    users/x/swiftPasswords/x"""), Map.entry("DELETE", """
                    domains/x
                    identityProviders/x
                    identityProviders/x/groupMappings/x
                    networkSources/x
                    tagDefaults/x
                    tagNamespaces/x
                    tagNamespaces/x/tags/x
                    users/x/authTokens/x
                    users/x/customerSecretKeys/x
                    users/x/dbCredentials/x
                    users/x/mfaTotpDevices/x
                    users/x/oauth2ClientCredentials/x
                    users/x/smtpCredentials/x
                    users/x/swiftPasswords/x"""));

    @Inject
    Ocid.Mint mint;

    @Test
    void whatIsNotThereSaysSo() {
        SignedApi admin = SignedApi.administrator();
        MISSING.forEach((method, paths) -> paths.lines().forEach(path -> {
            String body = method.equals("POST") || method.equals("PUT") ? "{}" : "";
            Answer answer = admin.send(method, "/20160918/" + path, body, Map.of());
            assertThat(answer.status()).as(method + " " + path).isEqualTo(501);
            assertThat(answer.code()).as(method + " " + path).isEqualTo("MethodNotImplemented");
        }));
        Answer unknown = admin.get("/20160918/nothing");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo("NotFound");
    }

    @Test
    void thereIsOneRegionAndEveryTenancyIsInIt() {
        SignedApi admin = SignedApi.administrator();
        SecondTenancy second = SecondTenancy.named("RegionTenancy", mint);

        for (SignedApi caller : new SignedApi[] {admin, second.admin()}) {
            String tenancy = "/20160918/tenancies/" + caller.tenancy().value();
            assertThat(caller.get("/20160918/regions").body())
                    .singleElement()
                    .satisfies(region ->
                            assertThat(region.toString()).isEqualTo("{\"key\":\"IAD\",\"name\":\"us-ashburn-1\"}"));
            assertThat(caller.get(tenancy + "/regionSubscriptions").body())
                    .singleElement()
                    .satisfies(subscription -> {
                        assertThat(subscription.path("regionKey").asText()).isEqualTo("IAD");
                        assertThat(subscription.path("regionName").asText()).isEqualTo("us-ashburn-1");
                        assertThat(subscription.path("status").asText()).isEqualTo("READY");
                        assertThat(subscription.path("isHomeRegion").asBoolean())
                                .isTrue();
                    });
            assertThat(caller.get(tenancy).body().path("homeRegionKey").asText())
                    .isEqualTo("IAD");
        }
        Answer hidden = admin.get("/20160918/tenancies/" + second.id().value() + "/regionSubscriptions");
        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.code()).isEqualTo("NotAuthorizedOrNotFound");
    }
}
