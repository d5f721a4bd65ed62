package io.holdfast.keyservice.tokens;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.store.TokenKeyStore;
import io.holdfast.keyservice.store.TokenKeyStore.TokenKeyRecord;
import io.holdfast.keyservice.vault.RootKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The token signing key in etcd: made by the first replica that needs it, its private half sealed under the root key as
 * key material is. Read once per process.
 */
@ApplicationScoped
class SealedTokenKey implements TokenKeySource {
    private final TokenKeyStore store;
    private final RootKeys rootKeys;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable TokenKey known;

    SealedTokenKey(TokenKeyStore store, RootKeys rootKeys) {
        this.store = store;
        this.rootKeys = rootKeys;
    }

    @Override
    public TokenKey key() {
        TokenKey read = known;
        if (read != null) {
            return read;
        }
        lock.lock();
        try {
            read = known;
            if (read == null) {
                read = load();
                known = read;
            }
            return read;
        } finally {
            lock.unlock();
        }
    }

    private TokenKey load() {
        Optional<TokenKeyRecord> stored = store.find();
        // If another replica is first, its key is the one.
        return open(stored.isPresent() ? stored.get() : store.recordFirst(make(), rootKeys.recordUse()));
    }

    private TokenKeyRecord make() {
        TokenKey fresh = TokenKey.generate();
        try (SecretBytes secret = SecretBytes.takeOwnershipOf(fresh.pkcs8())) {
            return new TokenKeyRecord(
                    fresh.id(),
                    Bytes.takeOwnershipOf(fresh.spki()),
                    rootKeys.seal(TokenKeyStore.sealedAs(fresh.id()), secret));
        }
    }

    private TokenKey open(TokenKeyRecord stored) {
        TokenKey key;
        try (SecretBytes secret = rootKeys.open(stored.sealedAs(), stored.sealedPrivateKey())) {
            key = secret.use(pkcs8 -> TokenKey.of(stored.publicKey().toArray(), pkcs8));
        } catch (EnvelopeDamaged e) {
            throw new IllegalStateException(
                    "the token signing key in etcd does not open under any root key of this replica", e);
        }
        if (!key.id().equals(stored.kid())) {
            throw new IllegalStateException("the token signing key in etcd is not the one it says");
        }
        return key;
    }
}
