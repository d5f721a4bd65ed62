package io.holdfast.events;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.util.Map;

/**
 * Uses of keys that their callers want on record. Owner: key-service. A family of their own: there may be as many of them as
 * there are calls, and what follows the lives of keys must not wait behind them.
 */
public sealed interface UseEvent extends DomainEvent {

    @Override
    default Family family() {
        return Family.USES;
    }

    /**
     * A client encrypted, decrypted, generated a data key, signed, verified or exported, and gave a logging context with it.
     *
     * @param operation as the API names it: Encrypt, Decrypt, GenerateDataEncryptionKey, Sign, Verify or
     *     ExportKey
     * @param loggingContext what the caller said about this use, in its own words; never bound to the ciphertext. Its keys
     *     and values have at most {@value #LONGEST_CONTEXT} characters together
     */
    record KeyUsed(
            KeyId keyId, KeyVersionId keyVersionId, String operation, Map<String, String> loggingContext, String actor)
            implements UseEvent {
        public static final int LONGEST_CONTEXT = 4096;

        /** @throws IllegalArgumentException when the context is longer */
        public KeyUsed {
            loggingContext = Map.copyOf(loggingContext);
            long length = 0;
            for (Map.Entry<String, String> entry : loggingContext.entrySet()) {
                length += entry.getKey().length() + entry.getValue().length();
            }
            if (length > LONGEST_CONTEXT) {
                throw new IllegalArgumentException("a logging context of " + length + " characters");
            }
        }

        @Override
        public String subject() {
            return keyId.value();
        }
    }
}
