package io.holdfast.keyservice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpaqueTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"YWJj", "YWI=", "YQ==", "YR==", "YQ", "I.am-no_base64", "a", "====", "~"})
    void anyTextComesBackAsItWas(String text) {
        assertThat(OpaqueText.text(OpaqueText.keep(text))).isEqualTo(text);
    }

    @Test
    void base64IsKeptAsWhatItSpells() {
        assertThat(OpaqueText.keep("YWJj")).isEqualTo(Bytes.copyOf(new byte[] {1, 'a', 'b', 'c'}));
        assertThat(OpaqueText.keep("YR==").length()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\n", "\u00e9"})
    void whatIsNoTextOfAVaultsIsRefused(String text) {
        assertThatThrownBy(() -> OpaqueText.keep(text)).isInstanceOf(VaultUnavailable.class);
    }

    /** Two kept forms of one text would be two ciphertexts that open alike. */
    @Test
    void thereIsOneWayToKeepAText() {
        for (byte[] other : new byte[][] {
            {}, {1}, {2}, {0, 'a'}, {3, 'a'}, {2, 'Y', 'W', 'J', 'j'}, {2, 'a', '\n'}, {2, (byte) 0xe9}
        }) {
            assertThatThrownBy(() -> OpaqueText.text(Bytes.copyOf(other))).isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void noFlippedBitGivesTheSameText() {
        for (int length = 1; length < 40; length++) {
            String text = Base64.getEncoder().encodeToString(new byte[length]);
            byte[] kept = OpaqueText.keep(text).toArray();
            for (int i = 0; i < kept.length * Byte.SIZE; i++) {
                byte[] flipped = kept.clone();
                flipped[i / Byte.SIZE] ^= (byte) (1 << i % Byte.SIZE);
                assertThat(textOrNone(flipped)).isNotEqualTo(text);
            }
        }
    }

    private static String textOrNone(byte[] kept) {
        try {
            return OpaqueText.text(Bytes.takeOwnershipOf(kept));
        } catch (EnvelopeDamaged e) {
            return "";
        }
    }
}
