package io.holdfast.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.holdfast.testkit.EtcdServer.User;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class EtcdServerTest {
    @Test
    void keepsWhatWasWrittenAcrossACrashAndAnswersAgainAfterAPause() throws Exception {
        long pid;
        try (EtcdServer etcd = EtcdServer.start();
                Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
            client.getKVClient().put(bytes("a"), bytes("1")).get(10, TimeUnit.SECONDS);

            etcd.kill();
            assertThat(alive(etcd.pid())).isFalse();
            etcd.restart();
            Await.atMostSeconds(20)
                    .untilAsserted(
                            "the value after the restart",
                            () -> assertThat(client.getKVClient()
                                            .get(bytes("a"))
                                            .get(5, TimeUnit.SECONDS)
                                            .getKvs()
                                            .get(0)
                                            .getValue()
                                            .toString(UTF_8))
                                    .isEqualTo("1"));

            etcd.pause();
            var stuck = client.getKVClient().get(bytes("a"));
            assertThatThrownBy(() -> stuck.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            etcd.resume();
            assertThat(stuck.get(20, TimeUnit.SECONDS).getCount()).isEqualTo(1);
            pid = etcd.pid();
        }
        assertThat(alive(pid)).isFalse();
    }

    @Test
    void aUserReadsAndWritesUnderItsPrefixesOnly() throws Exception {
        try (EtcdServer etcd = EtcdServer.start()) {
            etcd.enableAuthentication("r00t", new User("key-service", "secret", List.of("/holdfast/keys/")));
            try (Client client = Client.builder()
                    .endpoints(etcd.endpoint())
                    .user(bytes("key-service"))
                    .password(bytes("secret"))
                    .build()) {
                client.getKVClient().put(bytes("/holdfast/keys/x"), bytes("1")).get(10, TimeUnit.SECONDS);
                assertThatThrownBy(() -> client.getKVClient()
                                .put(bytes("/clusters/x"), bytes("1"))
                                .get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("permission denied");
            }
            try (Client stranger = Client.builder().endpoints(etcd.endpoint()).build()) {
                assertThatThrownBy(() -> stranger.getKVClient()
                                .get(bytes("/holdfast/keys/x"))
                                .get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class);
            }
        }
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
