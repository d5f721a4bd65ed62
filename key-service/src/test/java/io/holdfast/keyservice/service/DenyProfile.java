package io.holdfast.keyservice.service;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** As {@link IdentityProfile}, in an installation where Deny statements hold. */
public final class DenyProfile implements QuarkusTestProfile {
    private final IdentityProfile identity = new IdentityProfile();

    @Override
    public List<TestResourceEntry> testResources() {
        return identity.testResources();
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(identity.getConfigOverrides());
        settings.put("holdfast.identity.deny-statements", "true");
        return settings;
    }
}
