package io.holdfast.keyservice.service;

import io.holdfast.testkit.SoftHsm;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** As {@link KeyServiceProfile}, with a SoftHSM token. */
public final class HsmProfile implements QuarkusTestProfile {
    private final KeyServiceProfile without = new KeyServiceProfile();

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return without.getEnabledAlternatives();
    }

    @Override
    public List<TestResourceEntry> testResources() {
        List<TestResourceEntry> resources = new ArrayList<>(without.testResources());
        resources.add(new TestResourceEntry(Token.class));
        return resources;
    }

    /** Where the token is. */
    public static final class Token implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            return Map.of(
                    "holdfast.keys.hsm.library", SoftHsm.token().library().toString(),
                    "holdfast.keys.hsm.pin-file", SoftHsm.token().pinFile().toString());
        }

        @Override
        public void stop() {}
    }
}
