package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootKeyTest {
    @TempDir
    Path dir;

    @Test
    void aFileOfAnotherLengthIsRefusedWithItsName() throws Exception {
        for (int length : new int[] {0, 31, 33, 64}) {
            Path file = Files.write(dir.resolve("root-" + length), new byte[length]);
            assertThatThrownBy(() -> RootKey.read(file))
                    .isInstanceOf(RootKeyRefused.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("exactly 32 bytes");
        }
    }

    @Test
    void aMissingFileIsRefusedWithItsName() {
        assertThatThrownBy(() -> RootKey.read(dir.resolve("none")))
                .isInstanceOf(RootKeyRefused.class)
                .hasMessageContaining("holdfast.keys.root-key-file");
    }

    @Test
    void aStoreTakesTheRootKeyOfItsFirstStartAndNoOther() {
        try (TestStore etcd = TestStore.open()) {
            KeyValueStore store = etcd.store();
            BuiltInVaultTest.root(1).check(store);
            BuiltInVaultTest.root(1).check(store);

            var before = store.get(Layout.ROOT_KEY_CHECK);
            assertThatThrownBy(() -> BuiltInVaultTest.root(2).check(store))
                    .isInstanceOf(RootKeyRefused.class)
                    .hasMessageContaining("is not the one");
            assertThat(store.get(Layout.ROOT_KEY_CHECK)).isEqualTo(before);
        }
    }
}
