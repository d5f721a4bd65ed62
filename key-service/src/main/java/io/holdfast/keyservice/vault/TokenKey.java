package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Optional;

/**
 * A key in a PKCS#11 token. The handle that it is known by goes stale when the token is restarted or replaced, so it is
 * looked for once more when an operation fails for another reason than the data. Thread safe.
 */
final class TokenKey<K extends Key> {
    private final Pkcs11Device device;
    private final Pkcs11Device.Work<Optional<K>> finder;
    private volatile K known;

    /** @param finder looks for it in the token; run within {@link Pkcs11Device#call} */
    TokenKey(Pkcs11Device device, K known, Pkcs11Device.Work<Optional<K>> finder) {
        this.device = device;
        this.known = known;
        this.finder = finder;
    }

    /** An operation of the token. */
    interface Operation<K, T> {
        T by(K key) throws GeneralSecurityException;
    }

    /** @throws VaultUnavailable when the token does not do it */
    <T> T use(Operation<K, T> operation) {
        try {
            return tried(operation);
        } catch (GeneralSecurityException e) {
            throw Pkcs11Vault.notDone(e);
        }
    }

    /**
     * @return owned by the caller
     * @throws EnvelopeDamaged when the token says that the data was not made by this key, or was altered
     * @throws VaultUnavailable when it does not do it for any other reason
     */
    SecretBytes open(Operation<K, SecretBytes> operation) {
        try {
            return tried(operation);
        } catch (GeneralSecurityException e) {
            if (Pkcs11Device.isAboutData(e)) {
                throw new EnvelopeDamaged();
            }
            throw Pkcs11Vault.notDone(e);
        }
    }

    private <T> T tried(Operation<K, T> operation) throws GeneralSecurityException {
        try {
            return operation.by(known);
        } catch (GeneralSecurityException e) {
            if (Pkcs11Device.isAboutData(e)) {
                throw e;
            }
            Optional<K> found = device.call(finder);
            if (found.isEmpty()) {
                throw e;
            }
            known = found.get();
            return operation.by(known);
        }
    }

    @Override
    public String toString() {
        return "TokenKey[redacted]";
    }
}
