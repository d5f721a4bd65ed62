package io.holdfast.keyservice.rotate;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.QuietOutbox;
import io.holdfast.keyservice.QuietRevision;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.RotationIndex;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.store.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutomaticRotationTest {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void aKeyThatFailsInAnUnexpectedWayKeepsNoOtherFromItsRotation() {
        try (TestStore etcd = TestStore.open()) {
            List<String> due = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                KeyId key = Samples.MINT.key(Samples.VAULT);
                due.add(key.value());
                // No record that can be read.
                etcd.store()
                        .commit(Transaction.builder()
                                .put(Layout.rotation(NOW.minusSeconds(9 - i), key), Bytes.copyOf(new byte[0]))
                                .put(Layout.key(key), Bytes.copyOf(new byte[] {1}))
                                .build());
            }
            KeyStore keys = new KeyStore(etcd.store(), new QuietRevision(), new QuietOutbox());
            AutomaticRotation rotations = new AutomaticRotation(
                    new RotationIndex(etcd.store()),
                    new Keys(
                            keys,
                            new VaultStore(etcd.store(), new QuietRevision(), new QuietOutbox()),
                            new Vaults(Map.of()),
                            new Destructions(etcd.store()),
                            Samples.MINT));
            List<String> failed = new ArrayList<>();
            rotations.rotateDue(NOW, (what, work) -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    failed.add(what);
                }
            });

            assertThat(failed).isEqualTo(due);
        }
    }
}
