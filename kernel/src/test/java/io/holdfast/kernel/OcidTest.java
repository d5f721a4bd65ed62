package io.holdfast.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OcidTest {
    private final Ocid.Mint mint = new Ocid.Mint("oc1", "iad");

    @Test
    void keysCarryTheirVaultsShortId() {
        Ocid.VaultId vault = mint.vault();
        String vaultShort = vault.value().split("\\.")[4];

        assertThat(mint.key(vault).value()).startsWith("ocid1.key.oc1.iad." + vaultShort + ".");
        assertThat(mint.keyVersion(vault).value()).startsWith("ocid1.keyversion.oc1.iad." + vaultShort + ".");
    }

    @Test
    void aTenancyIsItsOwnRootCompartment() {
        Ocid.CompartmentId root = mint.tenancy().rootCompartment();

        assertThat(root.isRoot()).isTrue();
        assertThat(mint.compartment().isRoot()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ocid1.key",
                "ocid1.vault.oc1.iad.x",
                "key",
                "ocid1.key.oc1.iad.\u0000",
                "ocid1.key.oc1.iad.a/b"
            })
    void refusesWhatIsNotAKeyId(String value) {
        assertThatThrownBy(() -> new Ocid.KeyId(value))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_PARAMETER));
    }

    @Test
    void refusesLongerThanTheLimit() {
        assertThatThrownBy(() -> new Ocid.KeyId("ocid1.key.oc1.iad." + "a".repeat(Ocid.MAX_LENGTH)))
                .isInstanceOf(ProblemException.class);
    }

    /** The grammar said in another way; the seed is fixed. */
    @Test
    void acceptsWhatTheGrammarSaysAndNothingElse() {
        Pattern grammar =
                Pattern.compile("ocid1\\.[a-z][a-z0-9]*\\.[a-z0-9-]+(\\.[A-Za-z0-9_-]*){1,4}\\.[A-Za-z0-9_-]+");
        String[] starts = {
            mint.key(mint.vault()).value(),
            mint.tenancy().value(),
            "ocid1.a.b..c",
            "ocid1.a.b.....c",
            "ocid1.a1.b-2.c.d.e.f.g"
        };
        String letters = "az09AZ-_.. \u0000\n\u00e9/";
        Random random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder value = new StringBuilder(starts[random.nextInt(starts.length)]);
            for (int change = random.nextInt(4); change > 0; change--) {
                int at = random.nextInt(value.length());
                char letter = letters.charAt(random.nextInt(letters.length()));
                switch (random.nextInt(3)) {
                    case 0 -> value.setCharAt(at, letter);
                    case 1 -> value.insert(at, letter);
                    default -> value.setLength(at + 1);
                }
            }
            String made = value.toString();
            boolean expected = grammar.matcher(made).matches();
            accepted += expected ? 1 : 0;
            assertThat(OcidSyntax.hasShape(made)).as(made).isEqualTo(expected);
        }
        assertThat(accepted).isBetween(20_000, 180_000);
    }
}
