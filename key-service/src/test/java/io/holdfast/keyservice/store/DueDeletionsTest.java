package io.holdfast.keyservice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.Order;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DueDeletionsTest {
    private static final Instant FIRST = Instant.parse("2026-11-24T00:00:00Z");
    private static final int IN_A_TRANSACTION = 100;

    @Test
    void handsOverEveryPageUpToTheTimeAndNothingBehindIt() {
        try (TestStore etcd = TestStore.open()) {
            DueDeletions due = new DueDeletions(etcd.store(), events -> nothing -> {});
            int most = Scan.MAX_LIMIT + IN_A_TRANSACTION;
            for (int from = 0; from < most + IN_A_TRANSACTION; from += IN_A_TRANSACTION) {
                Transaction.Builder batch = Transaction.builder();
                for (int i = from; i < from + IN_A_TRANSACTION; i++) {
                    batch.with(DueDeletions.put(new DueKey(Samples.MINT.key(Samples.VAULT), at(i), FIRST)));
                }
                etcd.store().commit(batch.build());
            }

            List<Instant> seen = new ArrayList<>();
            due.forEachUntil(Order.HERE, at(most - 1), each -> seen.add(each.time()));

            assertThat(seen).hasSize(most).isSorted().startsWith(FIRST).endsWith(at(most - 1));
        }
    }

    private static Instant at(int second) {
        return FIRST.plus(Duration.ofSeconds(second));
    }
}
