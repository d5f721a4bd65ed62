package io.holdfast.keyservice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.Samples;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MasterKeyTest {
    private static final Instant TIME = Instant.parse("2026-12-24T00:00:00Z");

    @Test
    void rotationCountsAndKeepsTheRest() {
        MasterKey.Enabled key = Samples.enabledKey();
        KeyVersionId next = Samples.MINT.keyVersion(Samples.VAULT);

        MasterKey.Enabled rotated = key.rotate(next);

        assertThat(rotated.facts().currentVersion()).isEqualTo(next);
        assertThat(rotated.facts().currentVersionNumber()).isEqualTo(2);
        assertThat(rotated.facts().liveVersions()).isEqualTo(2);
        assertThat(rotated.facts()
                        .withCurrent(key.facts().currentVersion(), 1)
                        .withoutOneVersion()
                        .withoutOneVersion())
                .isEqualTo(key.facts());
    }

    @Test
    void cancellingADeletionRestoresTheStateBefore() {
        MasterKey.Enabled enabled = Samples.enabledKey();
        MasterKey.Disabled disabled = enabled.disable();

        assertThat(enabled.scheduleDeletion(TIME).cancelDeletion()).isEqualTo(enabled);
        assertThat(disabled.scheduleDeletion(TIME).cancelDeletion()).isEqualTo(disabled);
        assertThat(disabled.enable()).isEqualTo(enabled);
    }

    @Test
    void aDeletedKeyRemembersWhenItWasToGo() {
        MasterKey.Deleted deleted = Samples.enabledKey().scheduleDeletion(TIME).complete();

        assertThat(deleted.timeOfDeletion()).isEqualTo(TIME);
        assertThat(deleted.lifecycleState()).isEqualTo("DELETED");
    }

    @Test
    void eachStateHasItsLegalTransitionsAndNoOthers() {
        assertThat(transitions(MasterKey.Enabled.class))
                .containsExactly("disable", "rotate", "scheduleDeletion", "scheduleDeletionWithVault");
        assertThat(transitions(MasterKey.Disabled.class))
                .containsExactly("enable", "scheduleDeletion", "scheduleDeletionWithVault");
        assertThat(transitions(MasterKey.PendingDeletion.class)).containsExactly("cancelDeletion", "complete");
        assertThat(transitions(MasterKey.Deleted.class)).isEmpty();
        assertThat(transitions(KeyVersion.Enabled.class, KeyVersion.class)).containsExactly("scheduleDeletion");
        assertThat(transitions(KeyVersion.PendingDeletion.class, KeyVersion.class))
                .containsExactly("cancelDeletion", "complete");
        assertThat(transitions(KeyVersion.Deleted.class, KeyVersion.class)).isEmpty();
        assertThat(transitions(Vault.Active.class, Vault.class)).containsExactly("scheduleDeletion");
        assertThat(transitions(Vault.SchedulingDeletion.class, Vault.class)).containsExactly("scheduled");
        assertThat(transitions(Vault.PendingDeletion.class, Vault.class)).containsExactly("cancelDeletion", "complete");
        assertThat(transitions(Vault.CancellingDeletion.class, Vault.class)).containsExactly("cancelled");
        assertThat(transitions(Vault.Deleted.class, Vault.class)).isEmpty();
        assertThat(Arrays.stream(Binding.Reserved.class.getMethods())
                        .filter(method -> Binding.class.isAssignableFrom(method.getReturnType()))
                        .map(java.lang.reflect.Method::getName))
                .containsExactlyInAnyOrder("activate", "release");
        assertThat(Arrays.stream(Binding.Released.class.getMethods())
                        .filter(method -> Binding.class.isAssignableFrom(method.getReturnType())))
                .isEmpty();
    }

    private static Set<String> transitions(Class<? extends MasterKey> state) {
        return transitions(state, MasterKey.class);
    }

    private static <T> Set<String> transitions(Class<? extends T> state, Class<T> family) {
        return Arrays.stream(state.getMethods())
                .filter(method -> family.isAssignableFrom(method.getReturnType()))
                .map(java.lang.reflect.Method::getName)
                // What it was, and the same state with other facts.
                .filter(name -> !name.equals("before") && !name.equals("with"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
