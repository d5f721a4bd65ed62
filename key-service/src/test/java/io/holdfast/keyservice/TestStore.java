package io.holdfast.keyservice;

import io.holdfast.platform.store.EtcdConfig;
import io.holdfast.platform.store.EtcdStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.testkit.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A store on an etcd of its own, for tests that need an empty one. */
public record TestStore(EtcdServer server, KeyValueStore store) implements AutoCloseable {

    public static TestStore open() {
        EtcdServer server = EtcdServer.start();
        return new TestStore(server, EtcdStore.open(new Config(server.endpoint())));
    }

    @Override
    public void close() {
        store.close();
        server.close();
    }

    private record Config(String endpoint) implements EtcdConfig {
        @Override
        public Optional<List<String>> endpoints() {
            return Optional.of(List.of(endpoint));
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> passwordFile() {
            return Optional.empty();
        }

        @Override
        public Duration requestTimeout() {
            return Duration.ofSeconds(5);
        }

        @Override
        public String probeKey() {
            return "/holdfast";
        }
    }
}
