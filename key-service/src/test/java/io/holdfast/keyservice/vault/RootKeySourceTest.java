package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootKeySourceTest {
    private static final String SETTING = "holdfast.keys.root-key";

    @TempDir
    Path dir;

    private static RootKeySource source(Path file) {
        return RootKeySource.parse(file.toString(), SETTING);
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
        for (String source : new String[] {"", " ", "pkcs11:object=root", "PKCS11:object=root"}) {
            assertThatThrownBy(() -> RootKeySource.parse(source, SETTING))
                    .isInstanceOf(RootKeyRefused.class)
                    .hasMessageContaining(SETTING);
        }
    }
}
