package io.holdfast.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SecretBytesTest {
    @Test
    void closingWipesTheOwnedArray() {
        byte[] raw = {1, 2, 3};
        SecretBytes secret = SecretBytes.takeOwnershipOf(raw);

        secret.close();

        assertThat(raw).containsOnly(0);
        assertThatThrownBy(() -> secret.use(bytes -> bytes.length)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void neverPrintsItself() {
        assertThat(SecretBytes.copyOf("hunter2".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .toString())
                .doesNotContain("hunter2");
    }
}
