package io.holdfast.keyservice.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TokenKeyStore;
import io.holdfast.keyservice.vault.RootKeys;
import io.holdfast.keyservice.vault.TestRootKeys;
import org.junit.jupiter.api.Test;

class SealedTokenKeyTest {

    @Test
    void replicasShareOneAndRecordTheRootKeyItIsSealedUnder() {
        try (TestStore etcd = TestStore.open()) {
            RootKeys rootKeys = TestRootKeys.of(1);
            TokenKeyStore store = new TokenKeyStore(etcd.store());
            TokenKey made = new SealedTokenKey(store, rootKeys).key();
            assertThat(new SealedTokenKey(store, TestRootKeys.of(2, 1)).key().id())
                    .isEqualTo(made.id());
            assertThat(etcd.store()
                            .get(Layout.rootKey(rootKeys.sealingId()))
                            .orElseThrow()
                            .modRevision())
                    .isEqualTo(etcd.store()
                            .get(Layout.TOKEN_SIGNING_KEY)
                            .orElseThrow()
                            .modRevision());

            TokenKeySource without = new SealedTokenKey(store, TestRootKeys.of(2));
            assertThatThrownBy(without::key)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("does not open");
        }
    }
}
