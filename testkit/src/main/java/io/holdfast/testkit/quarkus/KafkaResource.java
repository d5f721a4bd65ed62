package io.holdfast.testkit.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Kafka, shared by the JVM, as {@code kafka.bootstrap.servers}. */
public final class KafkaResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return SharedStack.kafka();
    }

    /** Nothing: what is shared ends with the JVM. */
    @Override
    public void stop() {}
}
