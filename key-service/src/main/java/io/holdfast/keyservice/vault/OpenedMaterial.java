package io.holdfast.keyservice.vault;

import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.TimeSource;
import java.time.Duration;

/**
 * The keys that are open in this process: material of key versions, and the key-encryption keys (KEKs) of bindings. Both go
 * at once when their master key changes; see {@link Lending}.
 */
public final class OpenedMaterial implements AutoCloseable {
    /** The most versions, and the most KEKs, held open. */
    public static final int MOST = 1024;

    /** Opened material needs no age: what it is opened from is in this process's reach all the same. */
    private static final Duration FOREVER = Duration.ofDays(365 * 100L);

    private final Lending<KeyVersionId, Vault.Material> versions;
    private final Lending<KekName, XaesKey> keks;

    /**
     * Names one KEK. What travels in a wrapped DEK is part of the name, so a forged one never meets the real one.
     *
     * @param wrapped as it travels
     */
    public record KekName(BindingId binding, KeyVersionId version, Bytes wrapped) {}

    /** @param oldestKek how long a KEK stays in memory at the most */
    public OpenedMaterial(Duration oldestKek, TimeSource time) {
        versions = new Lending<>(MOST, FOREVER, time, Vault.Material::close);
        keks = new Lending<>(MOST, oldestKek, time, XaesKey::close);
    }

    public Lending<KeyVersionId, Vault.Material> versions() {
        return versions;
    }

    public Lending<KekName, XaesKey> keks() {
        return keks;
    }

    /** KEKs that are older than they may get go, used or not. */
    public void dropAged() {
        keks.dropAged();
    }

    /** The key changed at this revision: all of its goes. */
    public void end(KeyId key, long revision) {
        versions.end(key, revision);
        keks.end(key, revision);
    }

    /** Everything goes, for example because news may have been missed. */
    public void endAll() {
        versions.endAll();
        keks.endAll();
    }

    @Override
    public void close() {
        endAll();
    }
}
