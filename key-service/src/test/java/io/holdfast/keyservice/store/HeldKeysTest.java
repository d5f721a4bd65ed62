package io.holdfast.keyservice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.keyservice.HandHeldRevision;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.store.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a replica says of keys that another one changes. */
class HeldKeysTest {
    private final TestStore etcd = TestStore.open();
    private final HandHeldRevision state = new HandHeldRevision(etcd.store());
    private final HeldKeys keys = new HeldKeys(etcd.store(), state);
    private final MasterKey.Enabled key = Samples.enabledKey();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void aKeyStaysAsItWasReadWhileTheRevisionIsHeld() {
        write(key);
        state.hold(state.current());
        Stored<MasterKey> before = keys.key(key.id()).orElseThrow();

        write(key.disable());

        assertThat(keys.key(key.id())).containsSame(before);
    }

    @Test
    void aKeyIsReadAgainWhenANewerRevisionIsHeld() {
        write(key);
        state.hold(state.current());
        assertThat(keys.key(key.id()).orElseThrow().value()).isEqualTo(key);

        write(key.disable());
        state.hold(state.current());

        assertThat(keys.key(key.id()).orElseThrow().value()).isEqualTo(key.disable());
    }

    @Test
    void whatIsNotThereIsLookedForEachTime() {
        state.hold(state.current());
        assertThat(keys.key(key.id())).isEmpty();

        write(key);

        assertThat(keys.key(key.id())).isPresent();
    }

    private void write(MasterKey next) {
        etcd.store()
                .commit(Transaction.builder()
                        .put(Layout.key(next.id()), TestKeys.key(next))
                        .with(state.raise())
                        .build());
    }
}
