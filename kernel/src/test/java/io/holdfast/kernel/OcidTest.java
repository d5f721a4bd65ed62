package io.holdfast.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
