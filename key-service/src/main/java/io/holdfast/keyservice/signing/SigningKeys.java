package io.holdfast.keyservice.signing;

import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Caller;
import java.util.Optional;

/** Who signs with which key. */
public interface SigningKeys {

    /** The key and its owner; empty when the key is unknown, or its owner may not use it now. */
    Optional<Owned> find(KeyId id);

    /**
     * Before a signature by a key that was found is refused: takes the time that it takes to find that a key is not there, so
     * that a refusal does not tell which keys are. Nothing where finding takes the same for every key.
     */
    default void beforeRefusal(KeyId id) {}

    /**
     * A key, and who speaks by it: a user who is active, or a resource that exists.
     *
     * @param validity when the credential itself ends
     */
    record Owned(RsaPublicKey key, Caller owner, Validity validity) {
        /** A key that nothing ends but a change of state. */
        public Owned(RsaPublicKey key, Caller owner) {
            this(key, owner, Validity.UNTIL_CHANGE);
        }
    }
}
