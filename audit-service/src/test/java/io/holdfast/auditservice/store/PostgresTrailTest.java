package io.holdfast.auditservice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.auditservice.domain.DeadLetter;
import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.domain.Place;
import io.holdfast.auditservice.trail.EventFilter;
import io.holdfast.auditservice.trail.Trail.Outcome;
import io.holdfast.auditservice.trail.Verification;
import io.holdfast.auditservice.trail.Verification.FirstBroken;
import io.holdfast.auditservice.trail.Verification.Report;
import io.holdfast.auditservice.trail.Verification.Source;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.PostgresServer;
import io.holdfast.testkit.quarkus.SharedStack;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresTrailTest {
    private static final String KEYS = "/holdfast/keys";
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    private PGSimpleDataSource dataSource = new PGSimpleDataSource();
    private PostgresTrail trail = open(dataSource);

    @BeforeEach
    void freshSchema() {
        Map<String, String> postgres = SharedStack.postgres();
        dataSource = migrated(
                postgres.get("quarkus.datasource.jdbc.url"),
                postgres.get("quarkus.datasource.username"),
                postgres.get("quarkus.datasource.password"));
        trail = open(dataSource);
    }

    @Test
    void each_event_is_recorded_once_in_its_order() {
        record(1, 5);
        for (int again = 1; again <= 5; again++) {
            assertThat(trail.record(fact(again))).isEqualTo(new Outcome.Known());
        }

        List<Entry> entries = trail.list(EventFilter.ALL, 0, 100);
        assertThat(entries).extracting(Entry::position).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(entries).extracting(entry -> entry.fact().sequence()).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(entries.get(0).fact()).isEqualTo(fact(1));
        assertThat(trail.find("id-3")).contains(entries.get(2));
        assertThat(trail.place(KEYS, 0)).isEqualTo(new Place(1, 5));
        assertThat(verify().sources()).containsExactly(new Source(KEYS, 1, 1, 5, 5, true));
        assertThat(verify().intact()).isTrue();
    }

    @Test
    void replicas_at_once_keep_one_chain() throws Exception {
        List<String> sources = List.of(KEYS, "/holdfast/identity", "/holdfast/clusters", "/holdfast/secrets");
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            // Two replicas each: every event is delivered to both.
            for (int replica = 0; replica < 2; replica++) {
                for (String source : sources) {
                    PostgresTrail own = open(dataSource);
                    running.add(replicas.submit(() -> {
                        for (int sequence = 1; sequence <= 40; sequence++) {
                            own.record(fact(source, 1, sequence, source + sequence));
                        }
                    }));
                }
            }
            for (Future<?> each : running) {
                each.get();
            }
        }

        Report report = verify();
        assertThat(report.intact()).as("%s", report.firstBroken()).isTrue();
        assertThat(report.entries()).isEqualTo(160);
        assertThat(report.findings()).isEmpty();
        assertThat(report.sources()).hasSize(4).allSatisfy(source -> {
            assertThat(source.count()).isEqualTo(40);
            assertThat(source.contiguous()).isTrue();
        });
    }

    @Test
    void a_gap_is_a_finding_and_shows_in_the_verification() {
        record(1, 2);
        trail.record(fact(6));

        assertThat(trail.findings(10)).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Finding.Kind.GAP);
            assertThat(finding.firstSequence()).isEqualTo(3);
            assertThat(finding.lastSequence()).isEqualTo(5);
            assertThat(finding.beforePosition()).isEqualTo(3);
        });
        Report report = verify();
        assertThat(report.intact()).as("nobody changed the trail").isTrue();
        assertThat(report.sources()).containsExactly(new Source(KEYS, 1, 1, 6, 3, false));
    }

    @Test
    void a_new_epoch_is_a_finding_and_a_line_of_its_own() {
        record(1, 3);
        trail.record(fact(KEYS, 2, 3, "restored"));

        assertThat(trail.findings(10)).extracting(Finding::kind).containsExactly(Finding.Kind.RESTORED);
        assertThat(trail.record(fact(KEYS, 1, 4, "of the old epoch"))).isEqualTo(new Outcome.Known());
        assertThat(verify().sources())
                .containsExactly(new Source(KEYS, 1, 1, 3, 3, true), new Source(KEYS, 2, 3, 3, 1, true));
    }

    @Test
    void an_event_under_a_second_number_is_recorded_once() {
        record(1, 2);

        assertThat(trail.record(fact(KEYS, 1, 3, "id-2"))).isInstanceOf(Outcome.Repeated.class);

        trail.record(fact(4));
        assertThat(trail.findings(10)).extracting(Finding::kind).containsExactly(Finding.Kind.REPEATED_ID);
        assertThat(verify().sources()).containsExactly(new Source(KEYS, 1, 1, 4, 3, true));
    }

    @Test
    void an_undecodable_event_moves_the_mark_and_leaves_a_finding() {
        record(1, 2);
        trail.passBy(KEYS, 0, new Place(1, 2));
        assertThat(trail.findings(10)).isEmpty();

        trail.passBy(KEYS, 0, new Place(1, 4));
        trail.passBy(KEYS, 0, new Place(1, 4));
        trail.record(fact(5));

        assertThat(trail.findings(10))
                .extracting(Finding::kind, Finding::firstSequence, Finding::lastSequence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Finding.Kind.SET_ASIDE, 4L, 4L),
                        org.assertj.core.groups.Tuple.tuple(Finding.Kind.GAP, 3L, 3L));
        assertThat(verify().sources()).containsExactly(new Source(KEYS, 1, 1, 5, 3, false));
    }

    @Test
    void a_dead_letter_is_kept_once() {
        DeadLetter letter =
                new DeadLetter("holdfast.keys.v1.dead-letter", 0, 7, NOON, "[]", bytes("not json"), 8, bytes("sha"));

        trail.keep(letter);
        trail.keep(letter);

        assertThat(trail.extent().deadLetters()).isEqualTo(1);
    }

    @Test
    void the_store_refuses_a_change() {
        record(1, 2);

        for (String change :
                List.of("update entry set subject = 'x'", "delete from entry where position = 2", "truncate entry")) {
            assertThatThrownBy(() -> sql(change))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("only ever added to");
        }
    }

    @Test
    void an_edit_shows() throws SQLException {
        record(1, 7);

        asSuperuser("update entry set data = '{\"actor\":\"nobody\"}' where position = 4");

        assertThat(verify().intact()).isFalse();
        assertThat(verify().firstBroken()).contains(new FirstBroken(4, "its hash is not that of its fields"));
    }

    @Test
    void an_edit_to_nonsense_shows_and_breaks_nothing() throws SQLException {
        record(1, 3);

        asSuperuser("update entry set time = 'infinity', subject = E'a\\nb', epoch = -1 where position = 2");

        assertThat(verify().firstBroken()).contains(new FirstBroken(2, "its hash is not that of its fields"));
    }

    @Test
    void an_edit_with_its_hash_computed_anew_shows_at_the_next() throws SQLException {
        record(1, 5);
        Entry third = trail.list(EventFilter.ALL, 2, 1).get(0);
        Fact forged = fact(KEYS, 1, 3, "forged");
        Entry replacement = Entry.behind(new Head(2, third.previousHash()), forged, third.receivedAt());

        asSuperuser("update entry set id = 'forged', hash = '\\x"
                + java.util.HexFormat.of().formatHex(replacement.hash().toArray()) + "' where position = 3");

        assertThat(verify().firstBroken())
                .contains(new FirstBroken(4, "its previous hash is not the hash of the entry before it"));
    }

    @Test
    void a_deletion_in_the_middle_shows() throws SQLException {
        record(1, 7);

        asSuperuser("delete from entry where position = 4");

        assertThat(verify().firstBroken()).contains(new FirstBroken(4, "the entry is missing"));
        assertThat(verify().sources()).containsExactly(new Source(KEYS, 1, 1, 7, 6, false));
    }

    @Test
    void a_swap_shows() throws SQLException {
        record(1, 7);

        asSuperuser("update entry set position = case position when 3 then 5 else 3 end + 100 where position in (3, 5);"
                + " update entry set position = position - 100 where position > 100");

        assertThat(verify().intact()).isFalse();
        assertThat(verify().firstBroken()).map(FirstBroken::position).contains(3L);
    }

    @Test
    void a_deletion_of_the_end_shows_by_the_head() throws SQLException {
        record(1, 7);

        asSuperuser("delete from entry where position > 5");

        assertThat(verify().firstBroken())
                .contains(new FirstBroken(6, "the trail ends before the head that was recorded at 7"));
    }

    @Test
    void an_entry_put_in_behind_the_head_shows() throws SQLException {
        record(1, 3);

        asSuperuser(
                "insert into entry select 4, 'put in', source, epoch, 4, revision, type, subject, time, received_at,"
                        + " topic, partition, record_offset, traceparent, data, hash, hash from entry where position = 3");

        assertThat(verify().firstBroken())
                .contains(new FirstBroken(4, "there are entries behind the head that was recorded"));
    }

    @Test
    void a_trail_cut_with_its_head_shows_by_a_remembered_head_only() throws SQLException {
        record(1, 7);
        Head remembered = verify().head();
        assertThat(verification().run(Optional.of(remembered)).intact()).isTrue();

        asSuperuser("delete from entry where position > 5; update head set position = 5,"
                + " hash = (select hash from entry where position = 5)");

        assertThat(verify().intact()).as("what the chain cannot show by itself").isTrue();
        assertThat(verification().run(Optional.of(remembered)).firstBroken())
                .contains(new FirstBroken(7, "the trail has no entry where the remembered head stood"));

        // And growing again over the cut does not hide it.
        asSuperuser("update mark set sequence = 5");
        trail.record(fact(KEYS, 1, 6, "another 6"));
        trail.record(fact(KEYS, 1, 7, "another 7"));
        assertThat(verification().run(Optional.of(remembered)).firstBroken())
                .contains(new FirstBroken(7, "the hash is not the remembered one"));
    }

    @Test
    void the_trail_grows_on_behind_a_remembered_head() {
        record(1, 3);
        Head remembered = verify().head();
        record(4, 6);

        assertThat(verification().run(Optional.of(remembered)).intact()).isTrue();
    }

    @Test
    void filters_hold_together() {
        for (int sequence = 1; sequence <= 6; sequence++) {
            trail.record(new Fact(
                    "k" + sequence,
                    KEYS,
                    1,
                    sequence,
                    sequence,
                    sequence % 2 == 0 ? "io.holdfast.KeyRotated.v1" : "io.holdfast.KeyDisabled.v1",
                    sequence <= 3 ? "a" : "b",
                    NOON.plusSeconds(sequence),
                    "holdfast.keys.v1",
                    0,
                    sequence,
                    "",
                    "{}"));
        }

        assertThat(ids(filter(NOON.plusSeconds(2), NOON.plusSeconds(5), List.of(), null)))
                .containsExactly("k2", "k3", "k4");
        assertThat(ids(filter(null, null, List.of("io.holdfast.KeyRotated.v1"), null)))
                .containsExactly("k2", "k4", "k6");
        assertThat(ids(filter(null, null, List.of("io.holdfast.KeyRotated.v1"), "b")))
                .containsExactly("k4", "k6");
        assertThat(ids(filter(NOON.plusSeconds(5), null, List.of(), "a"))).isEmpty();
        assertThat(trail.list(EventFilter.ALL, 2, 3))
                .extracting(Entry::position)
                .containsExactly(3L, 4L, 5L);
    }

    @Test
    void a_store_that_is_away_is_told_and_the_same_call_later_goes_on() {
        try (PostgresServer server = PostgresServer.start()) {
            PGSimpleDataSource own = migrated(server.jdbcUrl(), server.user(), server.password());
            PostgresTrail onIt = open(own);
            onIt.record(fact(1));

            server.stop();
            assertThatThrownBy(() -> onIt.record(fact(2))).isInstanceOf(StoreUnavailable.class);
            server.restart();

            // As the consumer does: the same call until it goes well.
            Await.atMostSeconds(30).value("the event", () -> onIt.record(fact(2)), outcome -> true);
            assertThat(onIt.record(fact(2))).isEqualTo(new Outcome.Known());
            assertThat(onIt.list(EventFilter.ALL, 0, 10)).hasSize(2);
            assertThat(new Verification(onIt, 10).run(Optional.empty()).intact())
                    .isTrue();
        }
    }

    private void record(int from, int to) {
        for (int sequence = from; sequence <= to; sequence++) {
            assertThat(trail.record(fact(sequence))).isInstanceOf(Outcome.Recorded.class);
        }
    }

    /** Pages of two, so that each check crosses pages. */
    private Verification verification() {
        return new Verification(trail, 2);
    }

    private Report verify() {
        return verification().run(Optional.empty());
    }

    private List<String> ids(EventFilter filter) {
        return trail.list(filter, 0, 100).stream()
                .map(entry -> entry.fact().id())
                .toList();
    }

    private static EventFilter filter(
            @org.jspecify.annotations.Nullable Instant from,
            @org.jspecify.annotations.Nullable Instant to,
            List<String> types,
            @org.jspecify.annotations.Nullable String subject) {
        return new EventFilter(
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                types,
                Optional.ofNullable(subject),
                Optional.empty());
    }

    private static Fact fact(int sequence) {
        return fact(KEYS, 1, sequence, "id-" + sequence);
    }

    private static Fact fact(String source, long epoch, long sequence, String id) {
        return new Fact(
                id,
                source,
                epoch,
                sequence,
                1000 + sequence,
                "io.holdfast.KeyRotated.v1",
                "ocid1.key.oc1.iad.v.k",
                NOON.plusMillis(sequence),
                "holdfast.keys.v1",
                0,
                sequence,
                "",
                "{\"n\":" + sequence + "}");
    }

    private static Bytes bytes(String text) {
        return Bytes.copyOf(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static PostgresTrail open(PGSimpleDataSource dataSource) {
        return new PostgresTrail(dataSource, TimeSource.system(), Duration.ofSeconds(10));
    }

    private static PGSimpleDataSource migrated(String url, String user, String password) {
        String schema = "trail_" + UUID.randomUUID().toString().replace("-", "");
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setCurrentSchema(schema);
        Flyway.configure()
                .dataSource(source)
                .schemas(schema)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return source;
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    /** What someone who owns the database can do. */
    private void asSuperuser(String statement) throws SQLException {
        sql("set session_replication_role = replica; " + statement);
    }
}
