package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.events.KeyEvent.KeyDeletionApproaching;
import io.holdfast.events.KeyEvent.KeyVersionDeletionApproaching;
import io.holdfast.events.KeyEvent.VaultDeletionApproaching;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Due;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.DueDeletions.DueVersion;
import io.holdfast.keyservice.store.DueDeletions.Order;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which warnings of a key's deletion are given, by replicas that look at the same time: as they wait in the outbox. */
class DeletionNoticesTest {
    private static final Instant SCHEDULED = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant DELETION = SCHEDULED.plus(Duration.ofDays(30));
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final String OUTBOX = "/test/outbox/holdfast-keys/";
    private static final int MANY = 100;

    private final ObjectMapper json = new ObjectMapper();
    private final EventCodec codec = new EventCodec();
    private final KeyId key = Samples.MINT.key(Samples.VAULT);
    private TestStore etcd;
    private List<DeletionNotices> replicas;

    @BeforeEach
    void start() {
        etcd = TestStore.open();
        replicas = List.of(replica(), replica());
    }

    @AfterEach
    void stop() {
        etcd.close();
    }

    @Test
    void eachWarningIsGivenOnceWhenItsTimeHasCome() throws Exception {
        schedule(new DueKey(key, DELETION, SCHEDULED));

        allLook(DELETION.minus(WEEK).minus(MOMENT));
        assertThat(told()).isEmpty();
        allLook(DELETION.minus(WEEK));
        assertThat(told()).containsExactly(approaching("P7D"));
        allLook(DELETION.minus(DAY).minus(MOMENT));
        assertThat(told()).containsExactly(approaching("P7D"));
        allLook(DELETION.minus(DAY));
        assertThat(told()).containsExactly(approaching("P7D"), approaching("P1D"));
        allLook(DELETION.minus(HOUR).minus(MOMENT));
        assertThat(told()).containsExactly(approaching("P7D"), approaching("P1D"));
        allLook(DELETION.minus(HOUR));
        List<DomainEvent> all = List.of(approaching("P7D"), approaching("P1D"), approaching("PT1H"));
        assertThat(told()).containsExactlyElementsOf(all);

        allLook(DELETION.minus(MOMENT));
        allLook(DELETION);
        allLook(DELETION.plus(DAY));
        replica().give(DELETION.minus(MOMENT));
        assertThat(told()).as("also after a restart").containsExactlyElementsOf(all);
    }

    @Test
    void aWarningThatWasDueBeforeTheRequestIsLeftOut() throws Exception {
        // Three days before: the warning of seven days can't be given any more.
        schedule(new DueKey(key, DELETION, DELETION.minus(Duration.ofDays(3))));

        allLook(DELETION.minus(Duration.ofDays(3)));
        assertThat(told()).isEmpty();
        allLook(DELETION.minus(DAY));
        allLook(DELETION.minus(HOUR));
        assertThat(told()).containsExactly(approaching("P1D"), approaching("PT1H"));
    }

    @Test
    void aDeletionInAnHourIsNotWarnedOf() throws Exception {
        schedule(new DueKey(key, DELETION, DELETION.minus(HOUR)));

        allLook(DELETION.minus(HOUR));
        allLook(DELETION.minus(MOMENT));

        assertThat(told()).isEmpty();
    }

    @Test
    void ofSeveralThatNobodyGaveOnlyTheNearestIsGiven() throws Exception {
        schedule(new DueKey(key, DELETION, SCHEDULED));

        allLook(DELETION.minus(HOUR).plus(MOMENT));

        assertThat(told()).containsExactly(approaching("PT1H"));
    }

    @Test
    void aCancelledDeletionIsNotWarnedOfAndOneAskedForAgainIs() throws Exception {
        schedule(new DueKey(key, DELETION, SCHEDULED));
        allLook(DELETION.minus(WEEK));
        etcd.store()
                .commit(Transaction.builder()
                        .with(DueDeletions.remove(key, DELETION))
                        .build());
        allLook(DELETION.minus(DAY));
        assertThat(told()).containsExactly(approaching("P7D"));

        Instant later = DELETION.plus(WEEK);
        schedule(new DueKey(key, later, DELETION.minus(DAY)));
        allLook(later.minus(WEEK));
        assertThat(told()).containsExactly(approaching("P7D"), new KeyDeletionApproaching(key, later, "P7D"));
    }

    @Test
    void vaultsAndVersionsAreWarnedOfAsKeysAre() throws Exception {
        KeyVersionId version = Samples.MINT.keyVersion(Samples.VAULT);
        record(Samples.enabledKey(key, version));
        schedule(new DueVault(Samples.VAULT, DELETION, SCHEDULED));
        schedule(new DueVersion(key, version, DELETION, SCHEDULED));

        allLook(DELETION.minus(DAY));
        allLook(DELETION.minus(HOUR));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        new VaultDeletionApproaching(Samples.VAULT, DELETION, "P1D"),
                        new KeyVersionDeletionApproaching(key, version, DELETION, "P1D"),
                        new VaultDeletionApproaching(Samples.VAULT, DELETION, "PT1H"),
                        new KeyVersionDeletionApproaching(key, version, DELETION, "PT1H"));
    }

    @Test
    void whatAVaultElsewhereDeletesIsWarnedOfLikewiseAndForgottenWhenItsTimeHasCome() throws Exception {
        KeyVersionId version = Samples.MINT.keyVersion(Samples.VAULT);
        record(Samples.enabledKey(key, version));
        for (Due each : List.of(
                new DueKey(key, DELETION, SCHEDULED), new DueVersion(key, version, DELETION, DELETION.minus(DAY)))) {
            etcd.store()
                    .commit(Transaction.builder()
                            .with(DueDeletions.put(Order.ELSEWHERE, each))
                            .build());
        }

        allLook(DELETION.minus(WEEK));
        allLook(DELETION.minus(HOUR));
        assertThat(told())
                .containsExactlyInAnyOrder(
                        approaching("P7D"),
                        approaching("PT1H"),
                        new KeyVersionDeletionApproaching(key, version, DELETION, "PT1H"));
        DueDeletions due = due();
        assertThat(due.until(DELETION, MANY)).as("what is deleted here").isEmpty();
        assertThat(due.perTenancy(DELETION)).isEmpty();
        List<Due> left = new ArrayList<>();
        due.forEachUntil(Order.ELSEWHERE, DELETION, left::add);
        assertThat(left).hasSize(2);

        allLook(DELETION);
        left.clear();
        due.forEachUntil(Order.ELSEWHERE, DELETION, left::add);
        assertThat(left).isEmpty();
    }

    @Test
    void aVersionThatIsGoneWithItsKeyIsNotWarnedOfAndDoesNotCount() throws Exception {
        KeyVersionId version = Samples.MINT.keyVersion(Samples.VAULT);
        MasterKey.Enabled live = Samples.enabledKey(key, version);
        record(live);
        Due gone = new DueVersion(key, version, DELETION, SCHEDULED);
        schedule(gone);
        etcd.store()
                .commit(Transaction.builder()
                        .with(DueDeletions.put(Order.ELSEWHERE, gone))
                        .build());
        DueDeletions due = due();
        assertThat(due.perTenancy(DELETION)).hasSize(1);

        record(live.scheduleDeletion(SCHEDULED.plus(DAY)).complete());
        assertThat(due.perTenancy(DELETION)).isEmpty();
        allLook(DELETION.minus(WEEK));

        assertThat(told()).isEmpty();
        assertThat(due.until(DELETION, MANY)).isEmpty();
        List<Due> left = new ArrayList<>();
        due.forEachUntil(Order.ELSEWHERE, DELETION, left::add);
        assertThat(left).isEmpty();
    }

    @Test
    void aWarningThatCouldNotBeGivenIsGivenAtTheNextLook() throws Exception {
        schedule(new DueKey(key, DELETION, SCHEDULED));
        boolean[] away = {true};
        DeletionNotices replica = new DeletionNotices(new DueDeletions(etcd.store(), outbox()) {
            @Override
            public boolean noticeOnce(Order order, Due due, String notice, DomainEvent event) {
                if (away[0]) {
                    throw new StoreUnavailable("a test", new IOException());
                }
                return super.noticeOnce(order, due, notice, event);
            }
        });
        Instant week = DELETION.minus(WEEK);
        assertThatThrownBy(() -> replica.give(week)).isInstanceOf(StoreUnavailable.class);
        away[0] = false;
        replica.give(week);
        assertThat(told()).containsExactly(approaching("P7D"));
    }

    private EtcdOutbox outbox() {
        return new EtcdOutbox("/test", Set.of(Family.KEYS), TimeSource.system());
    }

    private DueDeletions due() {
        return new DueDeletions(etcd.store(), outbox());
    }

    private DeletionNotices replica() {
        return new DeletionNotices(due());
    }

    private void record(MasterKey recorded) {
        etcd.store()
                .commit(Transaction.builder()
                        .put(Layout.key(recorded.id()), TestKeys.key(recorded))
                        .build());
    }

    private void schedule(Due due) {
        etcd.store().commit(Transaction.builder().with(DueDeletions.put(due)).build());
    }

    /** Every replica at once, and again. */
    private void allLook(Instant now) throws Exception {
        List<Callable<Void>> looks = new ArrayList<>();
        for (DeletionNotices each : replicas) {
            looks.add(() -> {
                each.give(now);
                each.give(now);
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(looks.size())) {
            for (Future<Void> done : threads.invokeAll(looks)) {
                done.get();
            }
        }
    }

    private KeyDeletionApproaching approaching(String notice) {
        return new KeyDeletionApproaching(key, DELETION, notice);
    }

    /** What waits in the outbox, in the order in which it was committed. */
    private List<DomainEvent> told() {
        return etcd.store().scan(Scan.of(OUTBOX, MANY)).values().stream()
                .sorted(Comparator.comparingLong(StoredValue::modRevision))
                .map(this::event)
                .toList();
    }

    private DomainEvent event(StoredValue entry) {
        try {
            JsonNode staged = json.readTree(entry.value().toArray());
            DomainEvent event = codec.decode(staged.path("type").asText(), json.writeValueAsBytes(staged.path("data")));
            assertThat(staged.path("subject").asText()).isEqualTo(event.subject());
            return event;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
