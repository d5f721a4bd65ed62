package io.holdfast.testkit.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** PostgreSQL, shared by the JVM, as the default data source. */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return SharedStack.postgres();
    }

    /** Nothing: what is shared ends with the JVM. */
    @Override
    public void stop() {}
}
