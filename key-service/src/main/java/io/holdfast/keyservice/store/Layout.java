package io.holdfast.keyservice.store;

import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;
import java.util.UUID;

/**
 * The keys in etcd.
 *
 * <pre>
 * /holdfast/keys/vaults/VAULT                            the vault
 * /holdfast/keys/vaults-by-compartment/COMPARTMENT/VAULT empty
 * /holdfast/keys/keys/KEY                                the master key, its state and current version
 * /holdfast/keys/keys-by-compartment/COMPARTMENT/KEY     empty
 * /holdfast/keys/keys-by-vault/VAULT/KEY                 empty
 * /holdfast/keys/versions/KEY/VERSION                    a key version
 * /holdfast/keys/material/VERSION                        its material as the vault gave it; deleted when the key is
 * /holdfast/keys/bindings/BINDING                        a binding
 * /holdfast/keys/bindings-by-key/KEY/BINDING             empty; held bindings only
 * /holdfast/keys/bindings-by-cluster/CLUSTER             the id of the cluster's held binding
 * /holdfast/keys/wrapping-keys/TENANCY                   the tenancy's wrapping key; never changed but for its seal
 * /holdfast/keys/exports/KEY/TIME/RANDOM                 an export of the key's material
 * /holdfast/keys/last-uses/KEY/VERSION/BY                when clusters, or clients, last used the version
 * /holdfast/keys/keks/BINDING/VERSION                    a binding's wrapped key-encryption key; never changed
 * /holdfast/keys/uses/VERSION                            how often a version of an HSM has encrypted: see UseBudget
 * /holdfast/keys/due/TIME/ID                             a scheduled deletion of a key, key version or vault, in order of
 *                                                        time: see DueDeletions
 * /holdfast/keys/due-elsewhere/TIME/ID                   likewise, of a key or key version in a vault elsewhere, which deletes
 *                                                        it: only warned of here
 * /holdfast/keys/notices/ID/TIME/NOTICE                  empty; the warning of a deletion was given
 * /holdfast/keys/rotations/TIME/KEY                      empty; scheduled rotations, in order of time
 * /holdfast/keys/vaults-unfinished/VAULT                 empty; vaults whose keys are being scheduled or restored
 * /holdfast/keys/out-of-reach/VAULT                      since when a vault elsewhere has been silent too long
 * /holdfast/keys/mirrors/VAULT                           leased; the replica that follows a vault elsewhere
 * /holdfast/keys/mirrors-followed/VAULT                  when it was last followed
 * /holdfast/keys/vaults-elsewhere/VAULT                  empty; the lives of this vault's keys are led elsewhere
 * /holdfast/keys/destructions/TIME/ID                    what a vault must destroy, in order of the time from when on
 * /holdfast/keys/heartbeat                               the newest wall time that was believed, or confirmed
 * /holdfast/keys/deletions-held/TENANCY                  since when the tenancy's deletions are held, as it was told; absent
 *                                                        while they are not
 * /holdfast/keys/root-keys/ROOT-KEY-ID                   its key-check value: opens under that root key only. There for as
 *                                                        long as anything may be sealed under it
 * /holdfast/keys/root-keys-in-tokens/LABEL               a root key, encrypted under a key of a PKCS#11 token; never changed
 * /holdfast/keys/root-key-replicas/RANDOM                leased: which root keys a replica has
 * /holdfast/keys/token-signing-key                       signs kubectl tokens
 * /holdfast/keys/state                                   see StateRevision
 * </pre>
 */
public final class Layout {
    public static final String KEYS = "/holdfast/keys/keys/";
    public static final String VAULTS = "/holdfast/keys/vaults/";
    public static final String BINDINGS_BY_CLUSTER = "/holdfast/keys/bindings-by-cluster/";
    public static final String DUE = "/holdfast/keys/due/";
    public static final String DUE_ELSEWHERE = "/holdfast/keys/due-elsewhere/";
    public static final String ROTATIONS = "/holdfast/keys/rotations/";
    public static final String UNFINISHED_VAULTS = "/holdfast/keys/vaults-unfinished/";
    public static final String DESTRUCTIONS = "/holdfast/keys/destructions/";
    public static final String DELETIONS_HELD = "/holdfast/keys/deletions-held/";
    public static final String HEARTBEAT = "/holdfast/keys/heartbeat";
    public static final String ROOT_KEYS = "/holdfast/keys/root-keys/";
    public static final String ROOT_KEY_REPLICAS = "/holdfast/keys/root-key-replicas/";
    public static final String TOKEN_SIGNING_KEY = "/holdfast/keys/token-signing-key";

    static final String BINDINGS_BY_KEY = "/holdfast/keys/bindings-by-key/";
    static final String VERSIONS = "/holdfast/keys/versions/";
    static final String MATERIAL = "/holdfast/keys/material/";
    static final String WRAPPING_KEYS = "/holdfast/keys/wrapping-keys/";

    private Layout() {}

    public static String vault(VaultId id) {
        return VAULTS + id.value();
    }

    public static String vaultsOf(CompartmentId compartment) {
        return "/holdfast/keys/vaults-by-compartment/" + compartment.value() + "/";
    }

    public static String key(KeyId id) {
        return KEYS + id.value();
    }

    public static String keysOf(CompartmentId compartment) {
        return "/holdfast/keys/keys-by-compartment/" + compartment.value() + "/";
    }

    public static String versionsOf(KeyId key) {
        return VERSIONS + key.value() + "/";
    }

    public static String version(KeyId key, KeyVersionId version) {
        return versionsOf(key) + version.value();
    }

    public static String material(KeyVersionId version) {
        return MATERIAL + version.value();
    }

    public static String rootKeyInToken(String label) {
        return "/holdfast/keys/root-keys-in-tokens/" + label;
    }

    /** Sorts by time. */
    public static String destruction(Instant from, String name) {
        return DESTRUCTIONS + millis(from) + "/" + name;
    }

    public static String outOfReach(VaultId vault) {
        return "/holdfast/keys/out-of-reach/" + vault.value();
    }

    public static String mirrorLeader(VaultId vault) {
        return "/holdfast/keys/mirrors/" + vault.value();
    }

    public static String mirrorFollowed(VaultId vault) {
        return "/holdfast/keys/mirrors-followed/" + vault.value();
    }

    public static String elsewhere(VaultId vault) {
        return "/holdfast/keys/vaults-elsewhere/" + vault.value();
    }

    public static String uses(KeyVersionId version) {
        return "/holdfast/keys/uses/" + version.value();
    }

    public static String binding(BindingId id) {
        return "/holdfast/keys/bindings/" + id.value();
    }

    public static String bindingsOf(KeyId key) {
        return BINDINGS_BY_KEY + key.value() + "/";
    }

    /** The key of an entry of {@link #BINDINGS_BY_KEY}. */
    static KeyId keyOfBinding(String at) {
        return new KeyId(at.substring(BINDINGS_BY_KEY.length(), at.lastIndexOf('/')));
    }

    public static String bindingOf(ClusterId cluster) {
        return BINDINGS_BY_CLUSTER + cluster.value();
    }

    public static String keksOf(BindingId binding) {
        return "/holdfast/keys/keks/" + binding.value() + "/";
    }

    public static String kek(BindingId binding, KeyVersionId version) {
        return keksOf(binding) + version.value();
    }

    public static String keysIn(VaultId vault) {
        return "/holdfast/keys/keys-by-vault/" + vault.value() + "/";
    }

    public static String wrappingKey(TenancyId tenancy) {
        return WRAPPING_KEYS + tenancy.value();
    }

    public static String exportsOf(KeyId key) {
        return "/holdfast/keys/exports/" + key.value() + "/";
    }

    /** Sorts by time. */
    public static String export(KeyId key, Instant time, UUID random) {
        return exportsOf(key) + millis(time) + "/" + random;
    }

    public static String lastUsesOf(KeyId key) {
        return "/holdfast/keys/last-uses/" + key.value() + "/";
    }

    public static String lastUse(KeyId key, KeyVersionId version, String by) {
        return lastUsesOf(key) + version.value() + "/" + by;
    }

    /** Sorts by time. */
    public static String due(Instant time, Ocid what) {
        return due(DUE, time, what);
    }

    /** @param order its prefix */
    static String due(String order, Instant time, Ocid what) {
        return order + millis(time) + "/" + what.value();
    }

    public static String notice(Ocid what, Instant timeOfDeletion, String notice) {
        return "/holdfast/keys/notices/" + what.value() + "/" + millis(timeOfDeletion) + "/" + notice;
    }

    public static String deletionsHeld(TenancyId tenancy) {
        return DELETIONS_HELD + tenancy.value();
    }

    /** Sorts by time. */
    public static String rotation(Instant time, KeyId key) {
        return ROTATIONS + millis(time) + "/" + key.value();
    }

    /** The time in a key that {@link #due} or {@link #rotation} made, behind its prefix. */
    public static Instant timeOf(String prefix, String indexKey) {
        return Instant.ofEpochMilli(
                Long.parseLong(indexKey.substring(prefix.length(), indexKey.indexOf('/', prefix.length()))));
    }

    /** What is recorded of a root key. */
    public static String rootKey(RootKeyId id) {
        return ROOT_KEYS + id;
    }

    /** The last part of an index key. */
    public static String last(String indexKey) {
        return indexKey.substring(indexKey.lastIndexOf('/') + 1);
    }

    private static String millis(Instant time) {
        // Zero-padded so that the order of keys is the order of time.
        String digits = Long.toString(Math.max(0, time.toEpochMilli()));
        return "0".repeat(Math.max(0, 15 - digits.length())) + digits;
    }
}
