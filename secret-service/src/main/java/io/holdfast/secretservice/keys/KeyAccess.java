package io.holdfast.secretservice.keys;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import java.util.List;
import java.util.Optional;

/**
 * The use of master keys, as key-service allows it now. Calls block.
 *
 * <p>An answer may be used only while the access session admits its state revision, and not after its own end. Every method throws {@link
 * KeyServiceUnavailable} when key-service does not answer in time; wrap and unwrap throw {@link KeyAccessRefused} when
 * access is withheld.
 */
public interface KeyAccess {
    /** The most payloads or bindings in one call. */
    int MAX_BATCH = 500;

    /** Wraps under the binding's current key version, all of the batch under the same. The payloads stay the caller's. */
    Wrapped wrap(BindingId binding, List<SecretBytes> payloads);

    /** Unwraps; each result by itself. The caller closes the payloads. */
    Unwrapped unwrap(BindingId binding, List<Bytes> wrapped);

    /** Whether the bindings' keys may be used, and their current versions; in the order asked. */
    Grants grants(List<BindingId> bindings);

    record Wrapped(KeyVersion version, long stateRevision, List<Bytes> wrapped) {
        public Wrapped {
            wrapped = List.copyOf(wrapped);
        }
    }

    /** In the order asked. */
    record Unwrapped(long stateRevision, List<Result> results) implements AutoCloseable {
        public Unwrapped {
            results = List.copyOf(results);
        }

        /** Wipes all payloads. */
        @Override
        public void close() {
            for (Result result : results) {
                if (result instanceof Payload payload) {
                    payload.bytes().close();
                }
            }
        }
    }

    sealed interface Result {}

    record Payload(SecretBytes bytes) implements Result {}

    /** Not made by this key and binding, changed, or made under a version that is gone. */
    record Unreadable() implements Result {}

    /** @param holdsUntil the first end of the grants and denials in it: none of them is to be used afterwards */
    record Grants(long stateRevision, Validity holdsUntil, List<Grant> grants) {
        public Grants {
            grants = List.copyOf(grants);
        }
    }

    sealed interface Grant {
        BindingId bindingId();
    }

    record Allowed(BindingId bindingId, KeyId keyId, KeyVersion current) implements Grant {}

    /** @param keyId empty when key-service no longer knows the binding */
    record Withheld(BindingId bindingId, Optional<KeyId> keyId, Denial denial, String explanation) implements Grant {}
}
