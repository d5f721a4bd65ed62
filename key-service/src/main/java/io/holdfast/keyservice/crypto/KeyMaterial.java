package io.holdfast.keyservice.crypto;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.VersionMaterial;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Opens the material of key versions for keys that were just seen ENABLED, and closes it when etcd tells that a key is
 * not any more.
 */
@ApplicationScoped
public class KeyMaterial {
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

    /** @param seen how the key was seen ENABLED */
    public Found open(MasterKey.Enabled key, KeyVersionId version, Seen seen) {
        Map<KeyVersionId, Found> found = open(key, List.of(version), seen);
        return found.getOrDefault(version, new Found.NoSuchVersion());
    }

    /** The same for several versions, each once. On an exception nothing stays lent. */
    public Map<KeyVersionId, Found> open(MasterKey.Enabled key, List<KeyVersionId> versions, Seen seen) {
        Map<KeyVersionId, Found> found = new HashMap<>();
        try {
            List<KeyVersionId> missing = new ArrayList<>();
            for (KeyVersionId version : versions) {
                Lending<KeyVersionId, Vault.Material>.Loan loan =
                        opened.versions().borrow(version, seen.keyRevision());
                if (loan == null) {
                    missing.add(version);
                } else if (loan.isOf(key.id())) {
                    found.put(version, new Found.Usable(loan));
                } else {
                    loan.close();
                    found.put(version, new Found.NoSuchVersion());
                }
            }
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
