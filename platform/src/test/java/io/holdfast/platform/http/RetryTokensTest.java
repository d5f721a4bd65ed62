package io.holdfast.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.EtcdConfig;
import io.holdfast.platform.store.EtcdStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Retry tokens and pages on a real etcd; entity tags. */
class RetryTokensTest {
    private static EtcdServer etcd;
    private static KeyValueStore store;
    private final Caller ann =
            new Caller("user", "ocid1.user.oc1..ann", "ann", new TenancyId("ocid1.tenancy.oc1..t"), "");
    private final Caller bob =
            new Caller("user", "ocid1.user.oc1..bob", "bob", new TenancyId("ocid1.tenancy.oc1..t"), "");
    private Instant now = Instant.parse("2026-11-24T00:00:00Z");
    private final TimeSource time = new TimeSource() {
        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };

    @BeforeAll
    static void start() {
        etcd = EtcdServer.start();
        store = EtcdStore.open(new EtcdConfig() {
            @Override
            public Optional<List<String>> endpoints() {
                return Optional.of(List.of(etcd.endpoint()));
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
                return "/t";
            }
        });
    }

    @AfterAll
    static void stop() {
        store.close();
        etcd.close();
    }

    private boolean create(RetryTokens.Attempt attempt, String id) {
        return store.commit(Transaction.builder()
                        .put("/t/thing/" + id, Bytes.copyOf(new byte[] {1}))
                        .with(attempt.record(id))
                        .build())
                .committed();
    }

    @Test
    void theSameTokenAnswersTheFirstResultForADay() {
        RetryTokens tokens = new RetryTokens(store, "/t/retry/", time);
        RetryTokens.Attempt first = tokens.begin(ann, "CreateKey", "T1", "sha-a");
        RetryTokens.Attempt raced = tokens.begin(ann, "CreateKey", "T1", "sha-a");
        assertThat(first.replay()).isEmpty();
        assertThat(create(first, "one")).isTrue();
        assertThat(create(raced, "two")).isFalse();
        assertThat(store.get("/t/thing/two")).isEmpty();

        assertThat(tokens.begin(ann, "CreateKey", "T1", "sha-a").replay()).contains("one");
        assertThatThrownBy(() -> tokens.begin(ann, "CreateKey", "T1", "sha-b"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALIDATED_RETRY_TOKEN));
        assertThat(tokens.begin(bob, "CreateKey", "T1", "sha-b").replay()).isEmpty();
        assertThat(tokens.begin(ann, "CreateVault", "T1", "sha-b").replay()).isEmpty();
        assertThat(tokens.begin(ann, "CreateKey", null, "sha-b").replay()).isEmpty();
        assertThatThrownBy(() -> tokens.begin(ann, "CreateKey", "x".repeat(65), ""))
                .isInstanceOf(ProblemException.class);

        now = now.plus(Duration.ofHours(25));
        RetryTokens.Attempt later = tokens.begin(ann, "CreateKey", "T1", "sha-b");
        assertThat(later.replay()).isEmpty();
        assertThat(create(later, "three")).isTrue();
        now = now.plus(Duration.ofHours(25));
        tokens.sweep();
        assertThat(store.count("/t/retry/")).isZero();
    }

    @Test
    void pagesGoOnWhereTheLastOneEnded() {
        for (int i = 0; i < 5; i++) {
            store.commit(Transaction.builder()
                    .put("/t/page/" + i, Bytes.copyOf(new byte[0]))
                    .build());
        }
        Page first = store.scan(Paging.of(2, null).under("/t/page/"));
        String token = Paging.next("/t/page/", first).orElseThrow();
        Page second = store.scan(Paging.of(4, token).under("/t/page/"));

        assertThat(second.values())
                .extracting(value -> value.key().substring(8))
                .containsExactly("2", "3", "4");
        assertThat(Paging.next("/t/page/", second)).isEmpty();
        assertThat(Paging.of(null, null).limit()).isEqualTo(100);
        for (String bad : List.of("!", "A".repeat(2000), "AA")) {
            assertThatThrownBy(() -> Paging.of(1, bad)).isInstanceOf(ProblemException.class);
        }
        assertThatThrownBy(() -> Paging.of(0, null)).isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> Paging.of(1001, null)).isInstanceOf(ProblemException.class);
    }

    @Test
    void entityTagsMatchQuotedOrBare() {
        String tag = Etags.of(255);
        for (String good : new String[] {null, "", "*", tag, "\"" + tag + "\"", "\"x\", \"" + tag + "\""}) {
            assertThatCode(() -> Etags.requireMatch(good, tag)).doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> Etags.requireMatch("fe", tag))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.NO_ETAG_MATCH));
    }
}
