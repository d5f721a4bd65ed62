package io.holdfast.keyservice.crypto;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.VersionMaterial;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.vault.Lending;
import io.holdfast.keyservice.vault.Lending.Seen;
import io.holdfast.keyservice.vault.MaterialUnusable;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.store.KeyValueStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Opens the material of key versions for keys that were just seen ENABLED, and closes it when etcd tells that a key is
 * not any more.
 */
@ApplicationScoped
public class KeyMaterial {
    /** How much longer than allowed what nobody uses may stay open. */
    private static final int AGED_SECONDS = 10;

    private static final Logger LOG = Logger.getLogger(KeyMaterial.class);
    private static final long RETRY_MILLIS = 500;

    private final KeyStore store;
    private final Vaults vaults;
    private final OpenedMaterial opened;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("holdfast-key-material").daemon().factory());
    /** Touched on {@code thread} only. */
    private KeyValueStore.@Nullable Watch watch;

    public KeyMaterial(KeyStore store, Vaults vaults, OpenedMaterial opened) {
        this.store = store;
        this.vaults = vaults;
        this.opened = opened;
    }

    /** What there is of a version. */
    public sealed interface Found {
        /** Lent: close the loan. */
        record Usable(Lending<KeyVersionId, Vault.Material>.Loan loan) implements Found {}

        /** The key has this version; its material is gone, or can't be opened. */
        record Unavailable() implements Found {}

        /** The version is to be deleted, or is. */
        record NotEnabled(KeyVersion version) implements Found {}

        /** The key never had such a version. */
        record NoSuchVersion() implements Found {}
    }

    /**
     * Uses a version's material for a request that names key and version.
     *
     * @param key as just read
     * @throws ProblemException CONFLICT when key or version is not ENABLED, INVALID_PARAMETER for a version that is not the
     *     key's
     * @throws MaterialUnusable when the version's material is gone or can't be opened
     */
    public <T> T use(Stored<MasterKey> key, KeyVersionId version, Function<Vault.Material, T> use) {
        return use(key, version, use, KeyMaterial::noSuchVersion);
    }

    /**
     * The same where something else than the request names the version.
     *
     * @param noSuchVersion what is thrown for a version that is not the key's
     */
    <T> T use(
            Stored<MasterKey> key,
            KeyVersionId version,
            Function<Vault.Material, T> use,
            Supplier<? extends RuntimeException> noSuchVersion) {
        MasterKey.Enabled enabled = requireEnabled(key.value());
        return switch (open(enabled, version, Seen.asOf(key.modRevision()))) {
            case Found.Usable usable -> {
                try (var loan = usable.loan()) {
                    yield use.apply(loan.thing());
                }
            }
            case Found.Unavailable unavailable -> throw new MaterialUnusable(version);
            case Found.NotEnabled ended -> throw notEnabled(ended.version(), enabled);
            case Found.NoSuchVersion none -> throw noSuchVersion.get();
        };
    }

    /**
     * The key, for a request to use it.
     *
     * @throws ProblemException CONFLICT when it is not ENABLED
     */
    public static MasterKey.Enabled requireEnabled(MasterKey key) {
        if (key instanceof MasterKey.Enabled enabled) {
            return enabled;
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "The key is " + key.lifecycleState() + "; only an ENABLED key can be used.");
    }

    /** What a request is told that names a version which is not ENABLED. */
    public static ProblemException notEnabled(KeyVersion version, MasterKey key) {
        return new ProblemException(
                ProblemCode.CONFLICT,
                "The key version is " + version.lifecycleStateUnder(key) + "; only an ENABLED one can be used.");
    }

    /** What a request is told that names a version which the key never had. */
    public static ProblemException noSuchVersion() {
        return ProblemException.invalid("keyVersionId", "is not a version of the key");
    }

    /** @param seen how the key was seen ENABLED */
    public Found open(MasterKey.Enabled key, KeyVersionId version, Seen seen) {
        Map<KeyVersionId, Found> found = open(key, List.of(version), seen);
        return found.getOrDefault(version, new Found.NoSuchVersion());
    }

    /** The same for several versions, each once. On an exception nothing stays lent. */
    public Map<KeyVersionId, Found> open(MasterKey.Enabled key, Collection<KeyVersionId> versions, Seen seen) {
        Map<KeyVersionId, Found> found = atHand(key, versions, seen);
        try {
            List<KeyVersionId> missing = versions.stream()
                    .filter(version -> !found.containsKey(version))
                    .toList();
            if (!missing.isEmpty()) {
                Map<KeyVersionId, VersionMaterial> material = store.material(key.id(), missing);
                for (KeyVersionId version : missing) {
                    found.put(version, open(key.facts(), version, material.get(version), seen));
                }
            }
            return found;
        } catch (RuntimeException e) {
            giveBack(found);
            throw e;
        }
    }

    /** What is known of these versions without a read or a vault, and so without a wait: those that are open already. */
    Map<KeyVersionId, Found> atHand(MasterKey.Enabled key, Collection<KeyVersionId> versions, Seen seen) {
        Map<KeyVersionId, Found> found = new HashMap<>();
        for (KeyVersionId version : versions) {
            Lending<KeyVersionId, Vault.Material>.Loan loan = opened.versions().borrow(version, seen.keyRevision());
            if (loan == null) {
                continue;
            }
            if (loan.isOf(key.id())) {
                found.put(version, new Found.Usable(loan));
            } else {
                loan.close();
                found.put(version, new Found.NoSuchVersion());
            }
        }
        return found;
    }

    private Found open(MasterKey.Facts facts, KeyVersionId version, @Nullable VersionMaterial found, Seen seen) {
        KeyId key = facts.id();
        if (found == null) {
            return new Found.NoSuchVersion();
        }
        if (!(found.version() instanceof KeyVersion.Enabled)) {
            return new Found.NotEnabled(found.version());
        }
        if (found.material().isEmpty()) {
            LOG.errorv("A key version has no material. key={0} version={1}", key.value(), version.value());
            return new Found.Unavailable();
        }
        Bytes stored = found.material().get();
        try {
            return new Found.Usable(opened.versions()
                    .borrow(version, key, seen, () -> vaults.of(facts).open(key, version, facts.shape(), stored)));
        } catch (MaterialUnusable e) {
            // One damaged version must not keep the others of a batch from being served.
            LOG.errorv(
                    e, "The material of a key version is unusable. key={0} version={1}", key.value(), version.value());
            return new Found.Unavailable();
        }
    }

    /** Gives back all that is lent. */
    public static void giveBack(Map<KeyVersionId, Found> found) {
        for (Found each : found.values()) {
            switch (each) {
                case Found.Usable usable -> usable.loan().close();
                case Found.Unavailable unavailable -> {}
                case Found.NotEnabled ended -> {}
                case Found.NoSuchVersion none -> {}
            }
        }
    }

    void start(@Observes StartupEvent event) {
        thread.execute(this::follow);
        var unused = thread.scheduleWithFixedDelay(this::dropAged, AGED_SECONDS, AGED_SECONDS, TimeUnit.SECONDS);
    }

    private void dropAged() {
        try {
            opened.dropAged();
        } catch (RuntimeException | Error e) {
            // A task that throws is never run again.
            LOG.error("What is open for too long could not be dropped; trying again.", e);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
        opened.close();
    }

    private void follow() {
        KeyValueStore.Watch before = watch;
        watch = null;
        if (before != null) {
            before.close();
        }
        try {
            long revision = store.revision();
            // What changed while nobody watched is unknown.
            opened.endAll();
            watch = store.followKeys(revision + 1, this::changed, this::followLater);
        } catch (RuntimeException e) {
            LOG.warnv("The watch of the keys can''t begin; trying again. cause={0}", e.toString());
            followLater();
        }
    }

    private void changed(long revision, MasterKey key) {
        // Also a key that stays ENABLED: one of its versions may have ended.
        opened.end(key.id(), revision);
    }

    private void followLater() {
        opened.endAll();
        if (!thread.isShutdown()) {
            var unused = thread.schedule(this::follow, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
