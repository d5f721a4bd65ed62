package io.holdfast.platform.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Client;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The port on a real etcd, and what the port says when etcd does not answer. */
class EtcdStoreTest extends KeyValueStoreContract {
    private static EtcdServer etcd;
    private static KeyValueStore store;

    @BeforeAll
    static void open() {
        etcd = EtcdServer.start();
        store = EtcdStore.open(config(etcd, Duration.ofSeconds(5)));
    }

    @AfterAll
    static void close() {
        store.close();
        etcd.close();
    }

    @Override
    KeyValueStore store() {
        return store;
    }

    @Override
    void compact(long revision) {
        try (Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
            client.getKVClient().compact(revision).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static EtcdConfig config(EtcdServer server, Duration timeout) {
        return new StaticConfig(server.endpoint(), Optional.empty(), Optional.empty(), timeout, "/holdfast");
    }

    record StaticConfig(
            String endpoint,
            Optional<String> user,
            Optional<Path> passwordFile,
            Duration requestTimeout,
            String probeKey)
            implements EtcdConfig {
        @Override
        public Optional<List<String>> endpoints() {
            return Optional.of(List.of(endpoint));
        }
    }

    @Test
    void tellsAnUnknownOutcomeFromARefusal() {
        try (EtcdServer server = EtcdServer.start();
                KeyValueStore shortLived = EtcdStore.open(config(server, Duration.ofSeconds(3)))) {
            Transaction put =
                    Transaction.builder().put("/holdfast/x", bytes("1")).build();
            // The first connects and loads classes, which a busy machine takes its time for.
            Await.atMostSeconds(30)
                    .until("a first commit", () -> shortLived.commit(put).committed());

            server.pause();
            assertThatThrownBy(() -> shortLived.commit(put)).isInstanceOf(OutcomeUnknown.class);
            assertThatThrownBy(() -> shortLived.get("/holdfast/x")).isInstanceOf(StoreUnavailable.class);
            server.resume();

            server.kill();
            Await.atMostSeconds(30)
                    .untilAsserted(
                            "a commit that certainly never left",
                            () -> assertThatThrownBy(() -> shortLived.commit(put))
                                    .isInstanceOf(StoreUnavailable.class));
            assertThatThrownBy(() -> shortLived.revision()).isInstanceOf(StoreUnavailable.class);

            server.restart();
            Await.atMostSeconds(30)
                    .until("etcd again", () -> shortLived.commit(put).committed());
        }
    }

    @Test
    void aWatchSurvivesAKilledMemberWithoutLossOrRepetition() {
        try (EtcdServer server = EtcdServer.start();
                // Long: a put whose outcome is unknown would be made again, and seen twice.
                KeyValueStore own = EtcdStore.open(config(server, Duration.ofSeconds(10)))) {
            Seen seen = new Seen();
            try (KeyValueStore.Watch ignored = own.watch("/holdfast/", 1, seen)) {
                for (int i = 0; i < 20; i++) {
                    if (i == 10) {
                        server.kill();
                        server.restart();
                    }
                    Transaction put = Transaction.builder()
                            .put("/holdfast/" + i, bytes("v"))
                            .build();
                    Await.atMostSeconds(30).until("put", () -> own.commit(put).committed());
                }
                Await.atMostSeconds(30).until("20 changes", () -> seen.changes.size() >= 20);
            }
            assertThat(seen.changes)
                    .extracting(WatchListener.Change::key)
                    .containsExactlyElementsOf(IntStream.range(0, 20)
                            .mapToObj(i -> "/holdfast/" + i)
                            .toList());
            assertThat(seen.failures).isEmpty();
        }
    }

    @Test
    void authenticatesAgainWhenItsTokenIsGone(@TempDir Path directory) throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "geheim-1\n");
        try (EtcdServer server = EtcdServer.start()) {
            server.enableAuthentication(
                    "root-1",
                    new EtcdServer.User("keys", "geheim-1", List.of("/holdfast/keys/", "/holdfast/identity/")));
            try (KeyValueStore own = EtcdStore.open(new StaticConfig(
                    server.endpoint(),
                    Optional.of("keys"),
                    Optional.of(password),
                    Duration.ofSeconds(10),
                    "/holdfast/keys/"))) {
                Transaction put = Transaction.builder()
                        .put("/holdfast/keys/x", bytes("1"))
                        .build();
                assertThat(own.commit(put).committed()).isTrue();
                Seen seen = new Seen();
                try (KeyValueStore.Watch ignored = own.watch("/holdfast/keys/", own.revision() + 1, seen)) {

                    // Simple tokens live in the member's memory: a restart forgets them all.
                    server.stop();
                    server.restart();

                    Await.atMostSeconds(30)
                            .until(
                                    "a commit under a new token",
                                    () -> own.commit(put).committed());
                    assertThat(own.get("/holdfast/keys/x")).isPresent();
                    Await.atMostSeconds(30).until("the watch under a new token", () -> !seen.changes.isEmpty());
                }
                assertThatThrownBy(() -> own.get("/clusters/other"))
                        .isInstanceOf(StoreUnavailable.class)
                        .hasMessageContaining("permission denied");
                assertThatThrownBy(() -> own.commit(Transaction.builder()
                                .put("/clusters/other", bytes("1"))
                                .build()))
                        .isInstanceOf(StoreUnavailable.class);
                assertThat(own.revision()).isPositive();
            }
        }
    }

    @Test
    void refusesIncompleteConfiguration() {
        assertThatThrownBy(() -> EtcdStore.open(new StaticConfig(
                        "http://127.0.0.1:1", Optional.of("u"), Optional.empty(), Duration.ofSeconds(1), "/x")))
                .hasMessageContaining("password-file");
        assertThatThrownBy(() -> EtcdStore.open(new StaticConfig(
                        "http://127.0.0.1:1", Optional.empty(), Optional.empty(), Duration.ZERO, "/x")))
                .hasMessageContaining("request-timeout");
    }
}
