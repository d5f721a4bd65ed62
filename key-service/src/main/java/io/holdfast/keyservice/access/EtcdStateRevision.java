package io.holdfast.keyservice.access;

import io.holdfast.kernel.Bytes;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The state revision in etcd. The value of the key means nothing; its mod revision is the state revision. */
@ApplicationScoped
class EtcdStateRevision implements StateRevision {
    private static final Bytes RAISED = Bytes.copyOf("raised".getBytes(StandardCharsets.UTF_8));

    private final SharedRead<Long> shared;

    @Inject
    EtcdStateRevision(KeyValueStore store) {
        this.shared = new SharedRead<>(
                () -> store.get(KEY).map(StoredValue::modRevision).orElse(0L));
    }

    @Override
    public long current() {
        return shared.get();
    }

    @Override
    public Consumer<Transaction.Builder> raise() {
        return transaction -> transaction.put(KEY, RAISED);
    }
}
