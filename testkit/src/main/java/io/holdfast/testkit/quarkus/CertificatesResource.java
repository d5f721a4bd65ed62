package io.holdfast.testkit.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Development certificates of every service, as {@code holdfast.tls.dir}. */
public final class CertificatesResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return SharedStack.certificates();
    }

    /** Nothing: what is shared ends with the JVM. */
    @Override
    public void stop() {}
}
