package io.holdfast.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

        now = now.plus(Duration.ofHours(24));
        assertThat(tokens.begin(ann, "CreateKey", "T1", "sha-a").replay()).contains("one");
        now = now.plusMillis(1);
        RetryTokens.Attempt later = tokens.begin(ann, "CreateKey", "T1", "sha-b");
        assertThat(later.replay()).isEmpty();
        assertThat(create(later, "three")).isTrue();
        assertThat(tokens.begin(ann, "CreateKey", "T1", "sha-b").replay()).contains("three");
    }

    @Test
    void aRecordOfAnEarlierVersionHasTheBodyAlone() {
        RetryTokens tokens = new RetryTokens(store, "/t/retry-earlier/", time);
        assertThat(create(tokens.begin(ann, "CreateKey", "T1", "sha-a"), "earlier"))
                .isTrue();
        assertThat(create(tokens.begin(ann, "CreateKey", "T2", "sha-a?"), "no query"))
                .isTrue();

        for (String digest : List.of("sha-a", "sha-a?", "sha-a?sha-q")) {
            assertThat(tokens.begin(ann, "CreateKey", "T1", digest).replay())
                    .as(digest)
                    .contains("earlier");
        }
        assertThat(tokens.begin(ann, "CreateKey", "T2", "sha-a?").replay()).contains("no query");
        for (String another : List.of("sha-a?sha-q", "sha-b?")) {
            for (String token : another.startsWith("sha-b") ? List.of("T1", "T2") : List.of("T2")) {
                assertThatThrownBy(() -> tokens.begin(ann, "CreateKey", token, another))
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALIDATED_RETRY_TOKEN));
            }
        }
    }

    @Test
    void recordsOfAnHourShareALeaseThatOutlivesADayAndTakesThemAway() throws Exception {
        now = Instant.parse("2026-11-25T10:15:00Z");
        String leased = "/t/leased/" + UUID.randomUUID() + "/";
        RetryTokens tokens = new RetryTokens(store, leased, time);
        RetryTokens replica = new RetryTokens(store, leased, time);
        assertThat(create(tokens.begin(ann, "CreateKey", "A", "sha"), "a")).isTrue();
        now = now.plus(Duration.ofMinutes(44));
        assertThat(create(replica.begin(ann, "CreateKey", "B", "sha"), "b")).isTrue();
        Set<Long> first = leases(leased);
        assertThat(first).hasSize(1);
        now = now.plus(Duration.ofMinutes(1));
        assertThat(create(tokens.begin(ann, "CreateKey", "C", "sha"), "c")).isTrue();
        assertThat(leases(leased)).hasSize(2);

        for (long lease : leases(leased)) {
            // etcd counts from now, whatever the test's clock says: a day, the rest of the hour and ten minutes.
            assertThat(ttl(lease))
                    .isBetween(Duration.ofHours(24), Duration.ofHours(25).plusMinutes(10));
        }

        // What etcd does when a lease's time is over.
        etcdLeases(leases -> leases.revoke(first.iterator().next()));
        assertThat(tokens.begin(ann, "CreateKey", "A", "other").replay()).isEmpty();
        assertThat(tokens.begin(ann, "CreateKey", "B", "other").replay()).isEmpty();
        assertThat(tokens.begin(ann, "CreateKey", "C", "sha").replay()).contains("c");
    }

    @Test
    void aLeaseThatEtcdHasLostIsReplaced() throws Exception {
        now = Instant.parse("2026-11-26T10:00:00Z");
        String leased = "/t/leased/" + UUID.randomUUID() + "/";
        RetryTokens tokens = new RetryTokens(store, leased, time);
        assertThat(create(tokens.begin(ann, "CreateKey", "D", "sha"), "d")).isTrue();
        for (long lease : leases(leased)) {
            etcdLeases(leases -> leases.revoke(lease));
        }
        assertThat(create(tokens.begin(ann, "CreateKey", "D", "sha"), "d2")).isTrue();
    }

    /** The leases that hold the records under /t/leased/. */
    private static Set<Long> leases(String under) throws Exception {
        try (Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
            ByteSequence prefix = ByteSequence.from(under, StandardCharsets.UTF_8);
            Set<Long> found = new HashSet<>();
            client.getKVClient()
                    .get(prefix, GetOption.builder().isPrefix(true).build())
                    .get(10, TimeUnit.SECONDS)
                    .getKvs()
                    .forEach(value -> found.add(value.getLease()));
            return found;
        }
    }

    private static Duration ttl(long lease) throws Exception {
        try (Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
            return Duration.ofSeconds(client.getLeaseClient()
                    .timeToLive(lease, LeaseOption.DEFAULT)
                    .get(10, TimeUnit.SECONDS)
                    .getTTL());
        }
    }

    private static void etcdLeases(Function<Lease, CompletableFuture<?>> action) throws Exception {
        try (Client client = Client.builder().endpoints(etcd.endpoint()).build()) {
            Object done = action.apply(client.getLeaseClient()).get(10, TimeUnit.SECONDS);
            assertThat(done).isNotNull();
        }
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
        for (String bad : List.of("!", "QUFB".repeat(513), "AA")) {
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
