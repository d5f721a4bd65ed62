package io.holdfast.keyservice.reseal;

import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.QuietOutbox;
import io.holdfast.keyservice.QuietRevision;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.WrappingKeyStore;
import io.holdfast.keyservice.transfer.WrappingKeys;
import io.holdfast.keyservice.vault.BuiltInVault;
import io.holdfast.keyservice.vault.RootKeyRecords;
import io.holdfast.keyservice.vault.RootKeyReplicas;
import io.holdfast.keyservice.vault.RootKeys;
import io.holdfast.keyservice.vault.TestRootKeys;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** One process of key-service as far as it seals: started, seen by the others, and killed or stopped by the test. */
final class Replica implements AutoCloseable {
    private static final Caller CALLER = new Caller("user", "ocid1.user.oc1..a", "a user", Samples.TENANCY, "");

    private final KeyValueStore etcd;
    private final RootKeys rootKeys;
    private final RootKeyReplicas replicas;
    private final KeyStore keyStore;
    private final Keys keys;
    private final WrappingKeys wrappingKeys;
    private final BuiltInVault vault;
    private final Resealing resealing;
    final AtomicLong resealed = new AtomicLong();

    /**
     * @param etcd what it works on
     * @param resealStore what its sealing anew works on
     */
    Replica(KeyValueStore etcd, KeyValueStore resealStore, RootKeys rootKeys) {
        this.etcd = etcd;
        this.rootKeys = rootKeys;
        this.replicas = TestRootKeys.start(etcd, rootKeys);
        this.keyStore = new KeyStore(etcd, new QuietRevision(), new QuietOutbox());
        this.vault = new BuiltInVault(rootKeys);
        Vaults vaults = new Vaults(Map.of(ProtectionMode.SOFTWARE, vault));
        this.keys = new Keys(
                keyStore,
                new VaultStore(etcd, new QuietRevision(), new QuietOutbox()),
                vaults,
                new Destructions(etcd),
                Samples.MINT);
        this.wrappingKeys = new WrappingKeys(new WrappingKeyStore(etcd), vaults, Samples.MINT);
        this.resealing = new Resealing(
                rootKeys, new RootKeyRecords(resealStore), replicas, new SealedStore(resealStore), resealed::addAndGet);
    }

    static Replica start(KeyValueStore etcd, RootKeys rootKeys) {
        return new Replica(etcd, etcd, rootKeys);
    }

    RootKeys rootKeys() {
        return rootKeys;
    }

    KeyStore keyStore() {
        return keyStore;
    }

    BuiltInVault vault() {
        return vault;
    }

    Resealing.Left reseal() {
        return resealing.run();
    }

    /** It runs on, and etcd has not heard of it for longer than its lease. */
    void unseen() {
        replicas.close();
    }

    private ChangeRequest request() {
        RetryTokens tokens = new RetryTokens(etcd, "/holdfast/keys/retry/", TimeSource.system());
        return new ChangeRequest(CALLER, null, () -> tokens.begin(CALLER, "test", null, ""), () -> nothing -> {}, null);
    }

    Stored<Vault> makeVault() {
        return keys.createVault(Samples.TENANCY, Samples.COMPARTMENT, "a vault", "DEFAULT", Tags.NONE, request());
    }

    MasterKey makeKey(Stored<Vault> in) {
        return makeKey(in, KeyShape.AES_256);
    }

    MasterKey makeKey(Stored<Vault> in, KeyShape shape) {
        Keys.KeyWish wish = new Keys.KeyWish(
                Samples.TENANCY,
                Samples.COMPARTMENT,
                "a key",
                shape,
                ProtectionMode.SOFTWARE,
                Tags.NONE,
                false,
                Optional.empty());
        return keys.createKey(in, wish, request()).value();
    }

    MasterKey rotate(MasterKey key) {
        return keys.rotate(key.id(), request()).key();
    }

    Bytes wrappingKey(Vault of) {
        return wrappingKeys.of(of).stored();
    }

    /** Under which root key the material of a key's current version is. */
    Optional<RootKeyId> under(MasterKey key) {
        return etcd.get(Layout.material(key.facts().currentVersion())).flatMap(each -> RootKeyId.namedIn(each.value()));
    }

    /** Stops in good order. */
    @Override
    public void close() {
        replicas.close();
    }
}
