package io.holdfast.secretservice.testing;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.keys.BindingDirectory;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.keys.KeyAccessRefused;
import io.holdfast.secretservice.keys.KeyServiceUnavailable;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Real wrapping under real key versions, in this process: what key-service answers, without its transport. It passes the
 * same contract suite as the gRPC adapter.
 */
public final class InProcessKeyService implements KeyAccess, BindingDirectory, AccessSession {
    public static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final VaultId VAULT = MINT.vault();

    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();
    private final Map<BindingId, Bound> bound = new ConcurrentHashMap<>();
    private final Map<KeyId, Key> keys = new ConcurrentHashMap<>();
    private final AtomicLong revision = new AtomicLong(1);
    private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();
    private volatile boolean live = true;
    private volatile boolean reachable = true;
    private volatile Validity grantsHoldUntil = Validity.UNTIL_CHANGE;

    private record Bound(ClusterId cluster, KeyId key) {}

    private record Version(KeyVersion version, SecretBytes material) {}

    private static final class Key {
        final List<Version> versions = new CopyOnWriteArrayList<>();
        volatile Optional<Denial> denial = Optional.empty();

        Version current() {
            return versions.getLast();
        }
    }

    public KeyId newKey() {
        KeyId id = MINT.key(VAULT);
        keys.put(id, new Key());
        addVersion(id);
        return id;
    }

    public BindingId bind(ClusterId cluster, KeyId key) {
        BindingId id = MINT.binding();
        bound.put(id, new Bound(cluster, key));
        return id;
    }

    public KeyVersion rotate(KeyId key) {
        KeyVersion version = addVersion(key);
        changed();
        return version;
    }

    public void deny(KeyId key, Denial denial) {
        key(key).denial = Optional.of(denial);
        changed();
    }

    /** As time would: nothing moves the access state. */
    public void denyInSilence(KeyId key, Denial denial) {
        key(key).denial = Optional.of(denial);
    }

    public void allow(KeyId key) {
        key(key).denial = Optional.empty();
        changed();
    }

    /** From now on, whatever it grants or denies; nobody is told. */
    public void grantsHoldUntil(Validity end) {
        grantsHoldUntil = end;
    }

    public void reachable(boolean yes) {
        reachable = yes;
    }

    public void live(boolean yes) {
        live = yes;
        callbacks.forEach(Runnable::run);
    }

    public KeyVersion current(KeyId key) {
        return key(key).current().version();
    }

    /** Wraps a payload of any allowed length, as kube-apiserver's plugin would. */
    public Bytes wrapOne(BindingId binding, byte[] payload) {
        return wrap(binding, List.of(SecretBytes.copyOf(payload))).wrapped().getFirst();
    }

    private KeyVersion addVersion(KeyId key) {
        byte[] material = new byte[32];
        random.nextBytes(material);
        List<Version> versions = key(key).versions;
        KeyVersion version = new KeyVersion(MINT.keyVersion(VAULT), versions.size() + 1L);
        versions.add(new Version(version, SecretBytes.takeOwnershipOf(material)));
        return version;
    }

    private Key key(KeyId id) {
        return Optional.ofNullable(keys.get(id)).orElseThrow();
    }

    private void changed() {
        revision.incrementAndGet();
        callbacks.forEach(Runnable::run);
    }

    private Key usable(BindingId binding) {
        if (!reachable) {
            throw new KeyServiceUnavailable("not reachable", null);
        }
        Bound found = bound.get(binding);
        if (found == null) {
            throw new KeyAccessRefused(Denial.BINDING_RELEASED, "no such binding");
        }
        Key key = key(found.key());
        key.denial.ifPresent(denial -> {
            throw new KeyAccessRefused(denial, "the key is " + denial);
        });
        return key;
    }

    @Override
    public Wrapped wrap(BindingId binding, List<SecretBytes> payloads) {
        long at = revision.get();
        Version version = usable(binding).current();
        WrappedDek.Header header = new WrappedDek.Header(
                bound.get(binding).key(), version.version().id());
        List<Bytes> wrapped = payloads.stream()
                .map(payload -> wrapping.wrap(version.material(), header, Scope.dek(binding), payload)
                        .encode())
                .toList();
        return new Wrapped(version.version(), at, wrapped);
    }

    @Override
    public Unwrapped unwrap(BindingId binding, List<Bytes> wrapped) {
        long at = revision.get();
        Key key = usable(binding);
        List<Result> results = new ArrayList<>();
        for (Bytes each : wrapped) {
            results.add(unwrap(key, binding, each));
        }
        return new Unwrapped(at, results);
    }

    private Result unwrap(Key key, BindingId binding, Bytes wrapped) {
        try {
            WrappedDek dek = WrappedDek.parse(wrapped);
            for (Version version : key.versions) {
                if (version.version().id().equals(dek.keyVersionId())) {
                    return new Payload(wrapping.unwrap(version.material(), Scope.dek(binding), dek));
                }
            }
            return new Unreadable();
        } catch (EnvelopeDamaged damaged) {
            return new Unreadable();
        }
    }

    @Override
    public Grants grants(List<BindingId> bindings) {
        if (!reachable) {
            throw new KeyServiceUnavailable("not reachable", null);
        }
        long at = revision.get();
        List<Grant> grants = new ArrayList<>();
        for (BindingId binding : bindings) {
            Bound found = bound.get(binding);
            if (found == null) {
                grants.add(new Withheld(binding, Optional.empty(), Denial.BINDING_RELEASED, "no such binding"));
                continue;
            }
            Key key = key(found.key());
            grants.add(key.denial
                    .<Grant>map(
                            denial -> new Withheld(binding, Optional.of(found.key()), denial, "the key is " + denial))
                    .orElseGet(() ->
                            new Allowed(binding, found.key(), key.current().version())));
        }
        return new Grants(at, grantsHoldUntil, grants);
    }

    @Override
    public Optional<Binding> find(BindingId binding) {
        return Optional.ofNullable(bound.get(binding))
                .map(found -> new Binding(binding, found.cluster(), found.key(), false));
    }

    @Override
    public boolean admits(long stateRevision) {
        return live && stateRevision >= revision.get();
    }

    @Override
    public boolean live() {
        return live;
    }

    @Override
    public long revision() {
        return revision.get();
    }

    @Override
    public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
        if (!admits(stateRevision)) {
            return false;
        }
        delivery.get();
        return true;
    }

    @Override
    public void onChange(Runnable callback) {
        callbacks.add(callback);
    }
}
