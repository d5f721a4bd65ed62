package io.holdfast.keyservice.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The token signing key in etcd: made by the first replica that needs it, its private half sealed under the root key as
 * key material is. Read once per process.
 */
@ApplicationScoped
class SealedTokenKey implements TokenKeySource {
    static final String KEY = "/holdfast/keys/token-signing-key";

    private static final String SEALED_AS = "key-service token signing key ";
    private static final int ROOT_KEY = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyValueStore store;
    private final Path rootKeyFile;
    private final DekWrapping wrapping = new DekWrapping();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable TokenKey known;

    @Inject
    SealedTokenKey(KeyValueStore store, KeysConfig config) {
        this(store, config.rootKeyFile());
    }

    SealedTokenKey(KeyValueStore store, Path rootKeyFile) {
        this.store = store;
        this.rootKeyFile = rootKeyFile;
    }

    record Document(String kid, byte[] publicKey, byte[] sealedPrivateKey) {}

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
        Optional<StoredValue> stored = store.get(KEY);
        if (stored.isEmpty()) {
            TokenKey fresh = TokenKey.generate();
            Transaction create = Transaction.builder()
                    .ifAbsent(KEY)
                    .put(KEY, seal(fresh))
                    .read(KEY)
                    .build();
            if (store.commit(create).committed()) {
                return fresh;
            }
            // Another replica was first; its key is the one.
            stored = store.get(KEY);
        }
        return open(stored.orElseThrow().value());
    }

    private Bytes seal(TokenKey key) {
        Bytes sealed = withRootKey(rootKey -> {
            try (SecretBytes secret = SecretBytes.takeOwnershipOf(key.pkcs8())) {
                return wrapping.seal(rootKey, SEALED_AS + key.id(), secret);
            }
        });
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(new Document(key.id(), key.spki(), sealed.toArray())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the token signing key can't be written", e);
        }
    }

    private TokenKey open(Bytes value) {
        Document document;
        try {
            document = JSON.readValue(value.toArray(), Document.class);
        } catch (IOException e) {
            throw new IllegalStateException("the value of " + KEY + " in etcd is damaged", e);
        }
        TokenKey key = withRootKey(rootKey -> {
            try (SecretBytes secret =
                    wrapping.open(rootKey, SEALED_AS + document.kid(), Bytes.copyOf(document.sealedPrivateKey()))) {
                return secret.use(pkcs8 -> TokenKey.of(document.publicKey(), pkcs8));
            } catch (EnvelopeDamaged e) {
                throw new IllegalStateException(
                        "the token signing key at " + KEY + " does not open under the root key of this replica", e);
            }
        });
        if (!key.id().equals(document.kid())) {
            throw new IllegalStateException("the token signing key at " + KEY + " is not the one it says");
        }
        return key;
    }

    private <T> T withRootKey(Function<SecretBytes, T> use) {
        byte[] read;
        try (InputStream in = Files.newInputStream(rootKeyFile)) {
            read = in.readNBytes(ROOT_KEY + 1);
        } catch (IOException e) {
            throw new IllegalStateException("the root key file " + rootKeyFile + " can't be read", e);
        }
        if (read.length != ROOT_KEY) {
            Arrays.fill(read, (byte) 0);
            throw new IllegalStateException("the root key file " + rootKeyFile + " must hold exactly 32 bytes");
        }
        try (SecretBytes rootKey = SecretBytes.takeOwnershipOf(read)) {
            return use.apply(rootKey);
        }
    }
}
