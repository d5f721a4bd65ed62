package io.holdfast.keyservice.signing;

import io.holdfast.platform.http.Caller;
import java.util.Optional;

/** Who signs with which key. */
public interface SigningKeys {

    /** The key and its owner; empty when the key is unknown or its owner may not use it now. */
    Optional<Owned> find(KeyReference reference);

    /** A key of a user who is active. */
    record Owned(RsaPublicKey key, Caller owner) {}
}
