package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.keyservice.TestStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootKeySourceTest {
    private static final String SETTING = "holdfast.keys.root-key";

    private static final String TOKEN = "pkcs11:object=a-root.key_1";

    private static TestStore etcd;
    private static RootKeySources sources;
    private static Pkcs11Device device;

    @BeforeAll
    static void open() {
        etcd = TestStore.open();
        device = Pkcs11VaultTest.openDevice();
        sources = new RootKeySources(Optional.of(device), etcd.store());
    }

    @AfterAll
    static void close() {
        device.close();
        etcd.close();
    }

    @TempDir
    Path dir;

    private static RootKeySource source(Path file) {
        return sources.parse(file.toString(), SETTING);
    }

    @Test
    void aFileOf32BytesIsARootKey() throws Exception {
        byte[] bytes = new byte[RootKey.LENGTH];
        Arrays.fill(bytes, (byte) 7);
        try (RootKey read = source(Files.write(dir.resolve("root"), bytes)).read()) {
            assertThat(read.id()).isEqualTo(TestRootKeys.key(7).id());
        }
    }

    @Test
    void aFileOfAnotherLengthIsRefusedWithItsName() throws Exception {
        for (int length : new int[] {0, 31, 33, 64}) {
            Path file = Files.write(dir.resolve("root-" + length), new byte[length]);
            assertThatThrownBy(source(file)::read)
                    .isInstanceOf(RootKeyRefused.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining(SETTING)
                    .hasMessageContaining("exactly 32 bytes");
        }
    }

    @Test
    void aMissingFileIsRefusedWithItsSetting() {
        assertThatThrownBy(source(dir.resolve("none"))::read)
                .isInstanceOf(RootKeyRefused.class)
                .hasMessageContaining(SETTING);
    }

    @Test
    void whatNamesNoFileIsRefusedBeforeItIsRead() {
        for (String source :
                new String[] {"", " ", "pkcs11:", "pkcs11:object=", "PKCS11:object=a", "pkcs11:object=a;token=b"}) {
            assertThatThrownBy(() -> sources.parse(source, SETTING))
                    .isInstanceOf(RootKeyRefused.class)
                    .hasMessageContaining(SETTING);
        }
    }

    @Test
    void aTokensRootKeyIsMadeOnceAndOpensOnlyByTheToken() throws Exception {
        makeTokenKey("a-root.key_1");
        try (RootKey first = sources.parse(TOKEN, SETTING).read();
                RootKey again = sources.parse(TOKEN, SETTING).read()) {
            assertThat(again.id()).isEqualTo(first.id());
        }
        device.call(() -> {
            device.destroy("a-root.key_1");
            return true;
        });
        assertThatThrownBy(sources.parse(TOKEN, SETTING)::read)
                .isInstanceOf(RootKeyRefused.class)
                .hasMessageContaining("a-root.key_1")
                .hasMessageContaining("holds no AES key");
        makeTokenKey("a-root.key_1");
        assertThatThrownBy(sources.parse(TOKEN, SETTING)::read)
                .isInstanceOf(RootKeyRefused.class)
                .hasMessageContaining("does not open the root key in etcd");
    }

    private static void makeTokenKey(String label) throws Exception {
        device.call(() -> {
            KeyGenerator generator = KeyGenerator.getInstance("AES", device.provider());
            generator.init(256);
            device.keep(label, generator.generateKey());
            return true;
        });
    }

    @Test
    void aTokensKeyNeedsAToken() {
        RootKeySources none = new RootKeySources(Optional.empty(), etcd.store());
        assertThatThrownBy(() -> none.parse(TOKEN, SETTING))
                .isInstanceOf(RootKeyRefused.class)
                .hasMessageContaining("holdfast.keys.hsm.library");
    }
}
