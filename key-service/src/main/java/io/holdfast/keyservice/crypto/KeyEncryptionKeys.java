package io.holdfast.keyservice.crypto;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.crypto.KeyMaterial.Found;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.KekStore;
import io.holdfast.keyservice.vault.Encryptions;
import io.holdfast.keyservice.vault.Lending;
import io.holdfast.keyservice.vault.Lending.Seen;
import io.holdfast.keyservice.vault.MaterialUnusable;
import io.holdfast.keyservice.vault.OneForAll;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.OpenedMaterial.KekName;
import io.holdfast.keyservice.vault.Vault;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Hierarchical mode: one key-encryption key (KEK) per binding and key version wraps the data keys, so that a vault that is
 * remote, or slow, is asked once per KEK and not once per Secret.
 *
 * <p>A KEK is made once, wrapped by the vault, and recorded; of several replicas that make one, the first recorded counts,
 * and in each of them one caller makes it for all.
 * Its wrapped form travels in every data key that it wraps, so the record is a convenience: the Secrets' own etcd and the
 * vault recover everything. While it is open, the KEK and not the master key is in this process's memory, for as long and
 * as {@link Lending} says.
 */
@ApplicationScoped
public class KeyEncryptionKeys {
    private static final int LENGTH = 32;

    private final KekStore store;
    private final KeyMaterial material;
    private final OpenedMaterial opened;
    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();
    private final OneForAll<Kek> making = new OneForAll<>();

    private record Kek(BindingId binding, KeyVersionId version) {}

    public KeyEncryptionKeys(KekStore store, KeyMaterial material, OpenedMaterial opened) {
        this.store = store;
        this.material = material;
        this.opened = opened;
    }

    /**
     * Wraps data keys under the KEK of the key's current version.
     *
     * @param seen how the key was seen ENABLED
     * @param payloads stay the caller's
     * @throws MaterialUnusable when the version's material is gone or can't be opened
     */
    public List<Bytes> wrap(BindingId binding, MasterKey.Enabled key, Seen seen, List<SecretBytes> payloads) {
        KeyVersionId version = key.facts().currentVersion();
        Bytes recorded = making.get(
                new Kek(binding, version), () -> store.find(binding, version), () -> make(binding, key, version, seen));
        WrappedDek kek = parse(recorded, version);
        WrappedDek.Header header = new WrappedDek.Header(key.id(), version, kek.asKek());
        try (var loan = open(binding, key, header, seen)) {
            List<Bytes> wrapped = new ArrayList<>(payloads.size());
            for (SecretBytes payload : payloads) {
                wrapped.add(wrapping.wrap(loan.thing(), header, Scope.dek(binding), payload)
                        .encode());
            }
            return wrapped;
        } catch (EnvelopeDamaged recordDamaged) {
            throw new MaterialUnusable(version);
        }
    }

    /**
     * Unwraps a data key by the KEK that travels in it.
     *
     * @return owned by the caller
     * @throws EnvelopeDamaged when the KEK or the data key was made for another binding or version, or was altered
     * @throws MaterialUnusable when the version's material is gone or can't be opened
     */
    public SecretBytes unwrap(BindingId binding, MasterKey.Enabled key, Seen seen, WrappedDek wrapped) {
        try (var loan = open(binding, key, wrapped.header(), seen)) {
            return wrapping.unwrap(loan.thing(), Scope.dek(binding), wrapped);
        }
    }

    /** @param header of what the KEK wraps: the KEK travels in it */
    private Lending<KekName, XaesKey>.Loan open(
            BindingId binding, MasterKey.Enabled key, WrappedDek.Header header, Seen seen) {
        KeyVersionId version = header.keyVersionId();
        KekName name = new KekName(binding, version, header.kek().kek());
        return opened.keks()
                .borrow(
                        name,
                        key.id(),
                        seen,
                        () -> usable(key, version, seen, found -> unwrapped(found, binding, header.wrappedKek())));
    }

    private static XaesKey unwrapped(Vault.Material found, BindingId binding, WrappedDek kek) {
        try (SecretBytes bytes = found.unwrap(Scope.kek(binding), kek)) {
            return XaesKey.of(bytes);
        }
    }

    /** Answers the one that is recorded. */
    private Bytes make(BindingId binding, MasterKey.Enabled key, KeyVersionId version, Seen seen) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        try (SecretBytes kek = SecretBytes.takeOwnershipOf(bytes)) {
            WrappedDek made = usable(
                    key,
                    version,
                    seen,
                    found -> found.wrap(
                            Scope.kek(binding), Encryptions.usual(key.facts().shape()), kek));
            return store.recordFirst(binding, version, made.encode());
        }
    }

    private <T> T usable(MasterKey.Enabled key, KeyVersionId version, Seen seen, Function<Vault.Material, T> use) {
        return switch (material.open(key, version, seen)) {
            case Found.Usable usable -> {
                try (var loan = usable.loan()) {
                    yield use.apply(loan.thing());
                }
            }
            case Found.Unavailable unavailable -> throw new MaterialUnusable(version);
            case Found.NotEnabled ended -> throw new MaterialUnusable(version);
            // What names a version that the key never had was not made here.
            case Found.NoSuchVersion none -> throw new EnvelopeDamaged();
        };
    }

    private static WrappedDek parse(Bytes recorded, KeyVersionId version) {
        try {
            return WrappedDek.parse(recorded, Purpose.KEK);
        } catch (EnvelopeDamaged e) {
            throw new MaterialUnusable(version);
        }
    }
}
