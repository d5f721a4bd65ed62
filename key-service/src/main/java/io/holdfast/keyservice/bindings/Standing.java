package io.holdfast.keyservice.bindings;

import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import java.util.Optional;

/** How a binding stands: whether it may use its key, as of a state revision. */
public sealed interface Standing {

    long stateRevision();

    /** Never to be used afterwards: what policies say may depend on time. */
    Validity holdsUntil();

    /**
     * It may, with the key as it was read.
     *
     * @param keyRevision of the key's last change
     */
    record Allowed(Binding binding, MasterKey.Enabled key, long keyRevision, long stateRevision, Validity holdsUntil)
            implements Standing {}

    /**
     * It may not.
     *
     * @param reason for people: why, and the way back
     * @param key absent only when the binding's key is not in etcd
     */
    record Withheld(
            Binding binding,
            Optional<MasterKey> key,
            Denial denial,
            String reason,
            long stateRevision,
            Validity holdsUntil)
            implements Standing {}

    /** There is no such binding. */
    record Unknown(long stateRevision) implements Standing {
        @Override
        public Validity holdsUntil() {
            return Validity.UNTIL_CHANGE;
        }
    }
}
