package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.Destructions.Destruction;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.Vaults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DestroyerTest {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void oneThatFailsInAnUnexpectedWayKeepsNoOtherFromItsEndAndStaysDue() {
        try (TestStore etcd = TestStore.open()) {
            Destructions destructions = new Destructions(etcd.store());
            KeyVersionId bad = Samples.MINT.keyVersion(Samples.VAULT);
            KeyVersionId good = Samples.MINT.keyVersion(Samples.VAULT);
            for (KeyVersionId each : List.of(bad, good)) {
                destructions.announce(new Destruction(
                        each.value(),
                        each.equals(bad) ? NOW.minusSeconds(2) : NOW.minusSeconds(1),
                        Samples.VAULT,
                        ProtectionMode.HSM,
                        List.of(each)));
            }
            Device device = new Device(bad, new ArrayList<>());
            List<String> failed = new ArrayList<>();
            new Destroyer(destructions, new Vaults(Map.of(ProtectionMode.HSM, device)))
                    .destroyDue(NOW, (what, work) -> {
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            failed.add(what);
                        }
                    });

            assertThat(failed).containsExactly(bad.value());
            assertThat(device.destroyed()).containsExactly(good);
            assertThat(destructions.until(NOW, 10))
                    .extracting(each -> each.destruction().name())
                    .containsExactly(bad.value());
        }
    }

    /** Destroys all but one, of which it says something odd. */
    private record Device(KeyVersionId odd, List<KeyVersionId> destroyed) implements Vault {
        @Override
        public void destroy(KeyVersionId version) {
            if (version.equals(odd)) {
                throw new IllegalStateException("odd");
            }
            destroyed.add(version);
        }

        @Override
        public Made generate(Wish wish) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Made adopt(Wish wish, SecretBytes material) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean holdsMaterial() {
            return true;
        }

        @Override
        public boolean wrapsInMemory(KeyShape shape) {
            return false;
        }
    }
}
