package io.holdfast.secretservice.reencrypt;

import static io.holdfast.secretservice.storage.ObjectStorage.Resource.NAMESPACES;
import static io.holdfast.secretservice.storage.ObjectStorage.Resource.SECRETS;
import static io.holdfast.secretservice.testing.SecretObjects.secret;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Bytes;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyVersionCountTest {
    private Stack stack;
    private Opened c;

    @BeforeEach
    void start() {
        stack = new Stack();
        c = stack.open();
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void namespacesThatHoldNoSecretAreNotCounted() {
        assertThat(stack.storage.names(c.cluster(), NAMESPACES, "", null, 500).names())
                .isNotEmpty();
        assertThat(count().namespaces()).isZero();
        assertThat(count().secrets()).isEmpty();
    }

    @Test
    void aNamespaceIsCountedOnceHoweverManySecretsItHolds() {
        for (String namespace : List.of("a", "a-b", "ab")) {
            stack.store.commit(Transaction.builder()
                    .put(c.paths().namespace(namespace), Bytes.copyOf(new byte[] {1}))
                    .build());
            for (int i = 0; i < 3; i++) {
                stack.storage.create(c.cluster(), SECRETS, namespace, "s" + i, secret(namespace, "s" + i, "content"));
            }
        }
        stack.vandalise(c.paths().secret("z", "s"), "no envelope".getBytes(StandardCharsets.US_ASCII));
        assertThat(count().namespaces()).isEqualTo(4);
        assertThat(count().secrets())
                .isEqualTo(Map.of(
                        stack.fence(c).fence().terms().version().id().value(), 9L, KeyVersionCount.UNREADABLE, 1L));
    }

    private KeyVersionCount.Count count() {
        return new KeyVersionCount(stack.store).count(c.cluster());
    }
}
