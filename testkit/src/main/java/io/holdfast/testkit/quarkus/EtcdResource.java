package io.holdfast.testkit.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** etcd, shared by the JVM, as {@code holdfast.etcd.endpoints}. */
public final class EtcdResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return SharedStack.etcd();
    }

    /** Nothing: what is shared ends with the JVM. */
    @Override
    public void stop() {}
}
