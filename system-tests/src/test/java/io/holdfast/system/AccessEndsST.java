package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** After the 200 of disable and of scheduleDeletion, no read succeeds. */
class AccessEndsST {
    private static final int ROUNDS = 100;
    private static final int READERS = 10;

    /** One read: when it was begun, on the monotonic clock, and whether it brought the Secret. */
    private record Read(long begun, boolean succeeded, int status) {}

    @Test
    void noReadBegunAfterTheAnswerSucceeds() throws InterruptedException {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            fixture.createSecret(endpoint, "watched", "still-here");
            AtomicBoolean stop = new AtomicBoolean();
            ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(Thread.ofPlatform().start(() -> {
                    while (!stop.get()) {
                        long begun = System.nanoTime();
                        HttpResponse<String> answer = endpoint.get(Fixture.secretPath("watched"));
                        reads.add(new Read(begun, answer.statusCode() == 200, answer.statusCode()));
                    }
                }));
            }
            long succeeded = 0;
            long refused = 0;
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    boolean disable = round % 2 == 0;
                    fixture.awaitReadable(endpoint, "watched");
                    if (disable) {
                        fixture.api.action(fixture.key, "disable");
                    } else {
                        fixture.api.scheduleDeletion(fixture.key, Optional.empty());
                    }
                    long answered = System.nanoTime();
                    // Every reader begins and ends at least one read while the key is away.
                    Checks.eventually("reads after the answer", Duration.ofSeconds(10), () -> {
                        long after = reads.stream()
                                .filter(read -> read.begun() - answered > 0)
                                .count();
                        return after >= 2L * READERS ? Optional.of(after) : Optional.empty();
                    });
                    List<Read> seen = new ArrayList<>(reads);
                    fixture.api.action(fixture.key, disable ? "enable" : "cancelDeletion");
                    for (Read read : seen) {
                        if (read.begun() - answered > 0) {
                            assertThat(read.succeeded())
                                    .as(
                                            "round %d: a read begun after the answer of %s",
                                            round, disable ? "disable" : "scheduleDeletion")
                                    .isFalse();
                            assertThat(read.status()).isEqualTo(403);
                            refused++;
                        } else if (read.succeeded()) {
                            succeeded++;
                        }
                    }
                    reads.clear();
                }
            } finally {
                stop.set(true);
                for (Thread reader : readers) {
                    reader.join();
                }
            }
            assertThat(succeeded).as("reads while the key was there").isGreaterThan(ROUNDS);
            assertThat(refused).isGreaterThanOrEqualTo((long) ROUNDS * READERS);
        }
    }

    @Test
    void aFrozenServiceServesNothingStaleWhenItWakes() {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            fixture.createSecret(endpoint, "frozen", "still-here");
            fixture.awaitReadable(endpoint, "frozen");
            // Open connections, so that requests sent into the freeze wait in the service's sockets.
            send(endpoint, READERS).forEach(CompletableFuture::join);
            List<CompletableFuture<HttpResponse<String>>> pending;

            Stack.signal("secret-service", "STOP");
            try {
                pending = send(endpoint, READERS);
                long frozenUntil = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                fixture.api.action(fixture.key, "disable");
                assertThat(System.nanoTime())
                        .as("disable is answered before the freeze ends")
                        .isLessThan(frozenUntil);
                Checks.eventually(
                        "ten seconds of freeze",
                        Duration.ofSeconds(15),
                        () -> System.nanoTime() - frozenUntil > 0 ? Optional.of(true) : Optional.empty());
            } finally {
                Stack.signal("secret-service", "CONT");
            }

            for (var answer : pending) {
                assertThat(answer.join().statusCode())
                        .as("a read that waited through the freeze")
                        .isNotEqualTo(200);
            }
            assertThat(endpoint.get(Fixture.secretPath("frozen")).statusCode()).isEqualTo(403);
            fixture.api.action(fixture.key, "enable");
            fixture.awaitReadable(endpoint, "frozen");
        }
    }

    private static List<CompletableFuture<HttpResponse<String>>> send(KubernetesEndpoint endpoint, int reads) {
        return Stream.generate(() -> endpoint.client()
                        .sendAsync(
                                endpoint.request("GET", Fixture.secretPath("frozen"), "", ""),
                                HttpResponse.BodyHandlers.ofString()))
                .limit(reads)
                .toList();
    }
}
