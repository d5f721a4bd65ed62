package io.holdfast.secretservice.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every way to key-service must do. */
public abstract class KeyAccessContract {
    protected abstract KeyAccess access();

    /** A binding to an enabled key of its own, permitted. */
    protected abstract BindingId newBinding();

    protected abstract BindingId unknownBinding();

    protected abstract void rotate(BindingId binding);

    protected abstract void disable(BindingId binding);

    protected abstract void grantsHoldUntil(Validity end);

    private static SecretBytes payload(int fill) {
        byte[] bytes = new byte[64];
        Arrays.fill(bytes, (byte) fill);
        return SecretBytes.takeOwnershipOf(bytes);
    }

    private static byte[] bytesOf(KeyAccess.Result result) {
        assertThat(result).isInstanceOf(KeyAccess.Payload.class);
        return ((KeyAccess.Payload) result).bytes().use(byte[]::clone);
    }

    @Test
    void aBatchComesBackInTheOrderAskedAndNamesItsVersion() {
        BindingId binding = newBinding();
        KeyAccess.Wrapped wrapped = access().wrap(binding, List.of(payload(1), payload(2), payload(3)));

        assertThat(wrapped.wrapped())
                .hasSize(3)
                .allSatisfy(each -> assertThat(WrappedDek.parse(each).keyVersionId())
                        .isEqualTo(wrapped.version().id()));
        KeyAccess.Unwrapped unwrapped = access().unwrap(binding, wrapped.wrapped());
        assertThat(unwrapped.results()).hasSize(3);
        assertThat(bytesOf(unwrapped.results().get(1))).containsOnly(2).hasSize(64);
        assertThat(bytesOf(unwrapped.results().get(2))).containsOnly(3);
    }

    @Test
    void grantsAndDenialsSayUntilWhenTheyHold() {
        BindingId binding = newBinding();
        Validity end = Validity.until(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(access().grants(List.of(binding)).holdsUntil()).isEqualTo(Validity.UNTIL_CHANGE);

        grantsHoldUntil(end);
        assertThat(access().grants(List.of(binding)).holdsUntil()).isEqualTo(end);
        disable(binding);
        assertThat(access().grants(List.of(newBinding(), binding)).holdsUntil()).isEqualTo(end);
    }

    @Test
    void oldVersionsUnwrapAfterARotationAndNewWrapsAreUnderTheNewOne() {
        BindingId binding = newBinding();
        KeyAccess.Wrapped old = access().wrap(binding, List.of(payload(1)));
        rotate(binding);
        KeyAccess.Wrapped young = access().wrap(binding, List.of(payload(2)));

        assertThat(young.version().newerThan(old.version())).isTrue();
        assertThat(young.stateRevision()).isGreaterThan(old.stateRevision());
        assertThat(bytesOf(access().unwrap(binding, old.wrapped()).results().getFirst()))
                .containsOnly(1);
        KeyVersion current =
                ((KeyAccess.Allowed) access().grants(List.of(binding)).grants().getFirst()).current();
        assertThat(current).isEqualTo(young.version());
    }

    @Test
    void whatIsDamagedOrAnothersIsUnreadableAndSpoilsNothingElse() {
        BindingId binding = newBinding();
        Bytes good = access().wrap(binding, List.of(payload(1))).wrapped().getFirst();
        byte[] changed = good.toArray();
        changed[changed.length - 1] ^= 1;
        Bytes others =
                access().wrap(newBinding(), List.of(payload(1))).wrapped().getFirst();

        List<KeyAccess.Result> results = access().unwrap(
                        binding, List.of(Bytes.copyOf(changed), good, others, Bytes.copyOf(new byte[] {1, 2, 3})))
                .results();

        assertThat(results.get(0)).isInstanceOf(KeyAccess.Unreadable.class);
        assertThat(bytesOf(results.get(1))).containsOnly(1);
        assertThat(results.get(2)).isInstanceOf(KeyAccess.Unreadable.class);
        assertThat(results.get(3)).isInstanceOf(KeyAccess.Unreadable.class);
    }

    @Test
    void aDisabledKeyIsRefusedWithItsDenial() {
        BindingId binding = newBinding();
        Bytes wrapped = access().wrap(binding, List.of(payload(1))).wrapped().getFirst();
        disable(binding);

        assertThatThrownBy(() -> access().wrap(binding, List.of(payload(1))))
                .isInstanceOfSatisfying(
                        KeyAccessRefused.class,
                        refused -> assertThat(refused.denial()).isEqualTo(Denial.KEY_DISABLED));
        assertThatThrownBy(() -> access().unwrap(binding, List.of(wrapped))).isInstanceOf(KeyAccessRefused.class);
        assertThat(access().grants(List.of(binding)).grants().getFirst())
                .isInstanceOfSatisfying(
                        KeyAccess.Withheld.class,
                        withheld -> assertThat(withheld.denial()).isEqualTo(Denial.KEY_DISABLED));
    }

    @Test
    void anUnknownBindingIsRefused() {
        assertThatThrownBy(() -> access().wrap(unknownBinding(), List.of(payload(1))))
                .isInstanceOf(KeyAccessRefused.class);
    }
}
