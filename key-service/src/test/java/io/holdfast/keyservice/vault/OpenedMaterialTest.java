package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenedMaterialTest {
    private final KeyId key = Samples.MINT.key(Samples.VAULT);
    private final KeyVersionId version = Samples.MINT.keyVersion(Samples.VAULT);
    private final OpenedMaterial material = new OpenedMaterial(Duration.ofHours(1), TimeSource.system());
    private final Lending<KeyVersionId, Vault.Material> opened = material.versions();

    private static final class Recorded implements Vault.Material {
        private boolean closed;

        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SecretBytes export() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void itStaysOpenBetweenUses() {
        Recorded material = new Recorded();
        opened.borrow(version, key, seen(10), () -> material).close();

        assertThat(material.closed).isFalse();
        try (Lending<KeyVersionId, Vault.Material>.Loan again = opened.borrow(version, 5)) {
            assertThat(again).isNotNull();
            assertThat(again.thing()).isSameAs(material);
        }
    }

    @Test
    void endWipesAtOnceWhatNobodyUses() {
        Recorded material = new Recorded();
        opened.borrow(version, key, seen(10), () -> material).close();

        opened.end(key, 11);

        assertThat(material.closed).isTrue();
        assertThat(opened.borrow(version, 5)).isNull();
    }

    @Test
    void endWipesWhenTheLastUseEnds() {
        Recorded material = new Recorded();
        Lending<KeyVersionId, Vault.Material>.Loan one = opened.borrow(version, key, seen(10), () -> material);
        Lending<KeyVersionId, Vault.Material>.Loan two = opened.borrow(version, key, seen(10), Recorded::new);

        opened.end(key, 11);
        assertThat(material.closed).isFalse();
        one.close();
        one.close();
        assertThat(material.closed).isFalse();
        two.close();
        assertThat(material.closed).isTrue();
    }

    @Test
    void aLateUserPutsNothingBack() {
        opened.end(key, 11);
        Recorded material = new Recorded();

        opened.borrow(version, key, seen(10), () -> material).close();

        assertThat(material.closed).isTrue();
        assertThat(opened.size()).isZero();
    }

    @Test
    void whoSawTheKeyAfterwardsMayKeepItOpen() {
        opened.end(key, 11);

        opened.borrow(version, key, seen(12), Recorded::new).close();

        assertThat(opened.size()).isEqualTo(1);
        opened.endAll();
        assertThat(opened.size()).isZero();
    }

    @Test
    void whatWasOpenedBeforeAChangeIsNotLentToWhoKnowsOfIt() {
        Recorded before = new Recorded();
        opened.borrow(version, key, seen(10), () -> before).close();

        assertThat(opened.borrow(version, 11)).isNull();
        assertThat(before.closed).isTrue();

        Recorded after = new Recorded();
        opened.borrow(version, key, new Lending.Seen(12, 11), () -> after).close();
        try (var again = opened.borrow(version, 11)) {
            assertThat(again).isNotNull();
            assertThat(again.thing()).isSameAs(after);
        }
    }

    private static Lending.Seen seen(long revision) {
        return new Lending.Seen(revision, 5);
    }

    @Test
    void itIsBounded() {
        for (int i = 0; i < OpenedMaterial.MOST + 10; i++) {
            opened.borrow(Samples.MINT.keyVersion(Samples.VAULT), key, seen(1), Recorded::new)
                    .close();
        }
        assertThat(opened.size()).isEqualTo(OpenedMaterial.MOST);
    }
}
