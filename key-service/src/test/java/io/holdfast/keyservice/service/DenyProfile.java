package io.holdfast.keyservice.service;

import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** As {@link IdentityProfile}, in an installation where Deny statements hold. */
public final class DenyProfile implements QuarkusTestProfile {
    private final IdentityProfile identity = new IdentityProfile();

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(EtcdResource.class),
                new TestResourceEntry(KafkaResource.class),
                new TestResourceEntry(CertificatesResource.class),
                new TestResourceEntry(KeyServiceProfile.Settings.class),
                new TestResourceEntry(IdentityProfile.BootstrapFile.class, Map.of("tenancy", "denying")));
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(identity.getConfigOverrides());
        settings.put("holdfast.identity.deny-statements", "true");
        return settings;
    }
}
