package io.holdfast.secretservice.reencrypt;

import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.kernel.Bytes;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.storage.Envelopes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens a batch of Secrets and seals each anew, under a new data key wrapped by the version of the job. Thread safe. */
final class BatchPreparation {
    private final Envelopes envelopes;
    private final ClusterPaths paths;
    private final WriteFence.Terms to;

    BatchPreparation(Envelopes envelopes, ClusterPaths paths, WriteFence.Terms to) {
        this.envelopes = envelopes;
        this.paths = paths;
        this.to = to;
    }

    /** key-service wraps under another version than the job's: its fence has moved, or is about to. */
    static final class VersionMoved extends RuntimeException {
        private final transient KeyVersion version;

        VersionMoved(KeyVersion version) {
            super("the key has another version by now", null, false, false);
            this.version = version;
        }

        KeyVersion version() {
            return version;
        }
    }

    boolean upToDate(Bytes stored) {
        return Envelopes.upToDate(stored, to.version().id());
    }

    /** In the order given. @throws VersionMoved */
    List<Item> prepare(List<StoredValue> values) {
        List<StoredValue> stale =
                values.stream().filter(value -> !upToDate(value.value())).toList();
        List<Item> rewritten = stale.isEmpty() ? List.of() : rewrite(stale);
        List<Item> items = new ArrayList<>(values.size());
        int next = 0;
        for (StoredValue value : values) {
            boolean isStale = next < stale.size() && stale.get(next) == value;
            items.add(isStale ? rewritten.get(next++) : new Item.Skip(value.key()));
        }
        return items;
    }

    private List<Item> rewrite(List<StoredValue> stale) {
        List<Envelopes.Found> found = stale.stream()
                .map(value -> new Envelopes.Found(value.key(), value.value()))
                .toList();
        List<Optional<SealedSecret>> sealed = new ArrayList<>(stale.size());
        try {
            try (Envelopes.OpenedBatch opened = envelopes.open(paths, to.bindingId(), found)) {
                for (int i = 0; i < stale.size(); i++) {
                    String key = stale.get(i).key();
                    sealed.add(
                            switch (opened.outcomes().get(i)) {
                                case Envelopes.Outcome.Plain plain ->
                                    Optional.of(envelopes.seal(key, plain.plaintext()));
                                case Envelopes.Outcome.Damaged damaged -> Optional.empty();
                            });
                }
            }
            List<SealedSecret> whole = sealed.stream().flatMap(Optional::stream).toList();
            List<Bytes> wrapped = whole.isEmpty() ? List.of() : wrap(whole);
            List<Item> items = new ArrayList<>(stale.size());
            int next = 0;
            for (int i = 0; i < stale.size(); i++) {
                StoredValue value = stale.get(i);
                items.add(
                        sealed.get(i).isPresent()
                                ? new Item.Rewrite(
                                        value.key(),
                                        value.modRevision(),
                                        Bytes.takeOwnershipOf(
                                                sealed.get(i).get().stored(wrapped.get(next++))))
                                : new Item.Damaged(value.key()));
            }
            return items;
        } finally {
            sealed.stream().flatMap(Optional::stream).forEach(SealedSecret::close);
        }
    }

    private List<Bytes> wrap(List<SealedSecret> whole) {
        KeyAccess.Wrapped wrapped = envelopes.wrap(to.bindingId(), whole);
        if (!wrapped.version().equals(to.version())) {
            throw new VersionMoved(wrapped.version());
        }
        return wrapped.wrapped();
    }
}
