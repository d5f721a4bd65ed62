package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Consumer;

/** The token signing key's record, written once; after that only its seal changes, see {@link SealedStore}. */
@ApplicationScoped
public class TokenKeyStore {
    private final KeyValueStore store;

    public TokenKeyStore(KeyValueStore store) {
        this.store = store;
    }

    /**
     * @param kid names the key in tokens
     * @param publicKey as SubjectPublicKeyInfo
     * @param sealedPrivateKey its PKCS#8 form, sealed as {@link #sealedAs}
     */
    public record TokenKeyRecord(String kid, Bytes publicKey, Bytes sealedPrivateKey) {

        /** What the private half is sealed as. */
        public String sealedAs() {
            return TokenKeyStore.sealedAs(kid);
        }

        TokenKeyRecord with(Bytes newlySealed) {
            return new TokenKeyRecord(kid, publicKey, newlySealed);
        }
    }

    /** What the private half of a key of that name is sealed as. */
    public static String sealedAs(String kid) {
        return "key-service token signing key " + kid;
    }

    public Optional<TokenKeyRecord> find() {
        return store.get(Layout.TOKEN_SIGNING_KEY).map(StoredValue::value).map(Documents::tokenKey);
    }

    /**
     * Records it if there is none yet, and answers the one that is recorded.
     *
     * @param alongside further writes of the same transaction
     */
    public TokenKeyRecord recordFirst(TokenKeyRecord key, Consumer<Transaction.Builder> alongside) {
        // Whatever became of the transaction, the record that is there now counts.
        store.commit(Transaction.builder()
                .ifAbsent(Layout.TOKEN_SIGNING_KEY)
                .put(Layout.TOKEN_SIGNING_KEY, Documents.write(key))
                .with(alongside)
                .build());
        return find().orElseThrow();
    }
}
