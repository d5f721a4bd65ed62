package io.holdfast.keyservice.service;

import io.holdfast.testkit.LoopbackPort;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The service on real etcd and Kafka, with mutual TLS, short deletion windows and identity stood in for. */
public final class KeyServiceProfile implements QuarkusTestProfile {

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(Administrator.SignedIn.class, Administrator.Allows.class, CountedSecrets.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(EtcdResource.class),
                new TestResourceEntry(KafkaResource.class),
                new TestResourceEntry(CertificatesResource.class),
                new TestResourceEntry(Settings.class));
    }

    /** Root key, ports and windows. */
    public static final class Settings implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            try {
                Path rootKey = Files.createTempFile("holdfast-root", ".key");
                rootKey.toFile().deleteOnExit();
                byte[] bytes = new byte[32];
                // The same in each start: the etcd that the tests of this JVM share remembers it.
                java.util.Arrays.fill(bytes, (byte) 7);
                Files.write(rootKey, bytes);
                Map<String, String> settings = new HashMap<>();
                settings.put("holdfast.keys.root-key", rootKey.toString());
                settings.put("holdfast.keys.public-url", "http://127.0.0.1:8080");
                settings.put("holdfast.keys.deletion.minimum-window", "PT1S");
                settings.put("holdfast.keys.deletion.sweep-interval", "PT0.2S");
                settings.put("quarkus.http.test-port", "0");
                settings.put(
                        "holdfast.grpc.port",
                        Integer.toString(LoopbackPort.free(1).getFirst()));
                return settings;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }
}
