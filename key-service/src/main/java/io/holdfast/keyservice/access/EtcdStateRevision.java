package io.holdfast.keyservice.access;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** The state revision in etcd. The value of the key means nothing; its mod revision is the state revision. */
@ApplicationScoped
class EtcdStateRevision implements StateRevision {
    private static final Bytes RAISED = Bytes.copyOf("raised".getBytes(StandardCharsets.UTF_8));

    private final HeldRevision held;
    private final SessionRegistry registry;

    @Inject
    EtcdStateRevision(AccessSessions sessions, AccessConfig config) {
        this.registry = sessions.registry();
        this.held = new HeldRevision(
                sessions.presence()::readRevision,
                registry::known,
                KeyUses.heldFor(config.term()),
                TimeSource.system());
    }

    @Override
    public long current() {
        return held.read();
    }

    @Override
    public long held() {
        return held.get();
    }

    @Override
    public OptionalLong atHand() {
        return held.atHand();
    }

    @Override
    public Consumer<Transaction.Builder> raise() {
        return transaction -> transaction.put(KEY, RAISED).whenCommitted(registry::announce);
    }
}
