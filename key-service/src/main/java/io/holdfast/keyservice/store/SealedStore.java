package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.store.TokenKeyStore.TokenKeyRecord;
import io.holdfast.keyservice.store.WrappingKeyStore.WrappingKey;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Everything in etcd that may be sealed under a root key, wherever it stands: the material of key versions in whatever state,
 * the wrapping keys of tenancies, the token signing key.
 *
 * <p>What is sealed anew here says the same as before. So nothing else of a record changes, no state revision is raised and
 * no event is told.
 */
@ApplicationScoped
public class SealedStore {
    /** The most things in a page, and the most that are replaced in one transaction. */
    public static final int PAGE = 100;

    private final KeyValueStore store;
    private final Listings listings;

    public SealedStore(KeyValueStore store) {
        this.store = store;
        this.listings = new Listings(store);
    }

    /** What the material of a key version is sealed as, and the private half of a wrapping key. */
    public static String nameOf(KeyId key, KeyVersionId version) {
        return nameOf(key.value(), version.value());
    }

    private static String nameOf(String key, String version) {
        return key + "/" + version;
    }

    /**
     * A thing that may be sealed under a root key; material of other vaults than the built-in one is none.
     *
     * @param at its etcd key
     * @param name what it is sealed as
     * @param record what its etcd value becomes with another seal
     */
    public record Sealed(String at, long modRevision, String name, Bytes sealed, UnaryOperator<Bytes> record) {}

    /**
     * Some of the things there are.
     *
     * @param unreadable etcd keys whose value is damaged, so that nobody knows under which root key it is
     */
    public record SealedPage(List<Sealed> things, List<String> unreadable) {}

    /** Whether there is nothing of the kind, of any vault. */
    public boolean isEmpty() {
        return store.count(Layout.MATERIAL) == 0
                && store.count(Layout.WRAPPING_KEYS) == 0
                && store.get(Layout.TOKEN_SIGNING_KEY).isEmpty();
    }

    /**
     * Reads all there is in pages of {@value #PAGE} at the most, each as it is when its turn comes. What comes into being
     * meanwhile may be missed.
     */
    public void forEachPage(Consumer<SealedPage> page) {
        forEachScanned(Layout.VERSIONS, true, versions -> page.accept(material(versions)));
        forEachScanned(Layout.WRAPPING_KEYS, false, values -> page.accept(read(values, SealedStore::wrappingKey)));
        page.accept(read(store.get(Layout.TOKEN_SIGNING_KEY).map(List::of).orElse(List.of()), SealedStore::tokenKey));
    }

    private void forEachScanned(String prefix, boolean keysOnly, Consumer<List<StoredValue>> each) {
        Scan scan = new Scan(prefix, "", PAGE, 0, Scan.Order.KEY, keysOnly);
        while (true) {
            Page page = store.scan(scan);
            each.accept(page.values());
            if (!page.more() || page.values().isEmpty()) {
                return;
            }
            scan = scan.after(page.values().getLast().key());
        }
    }

    /** Only a version's own key says of which key it is, and the seal binds that. */
    private SealedPage material(List<StoredValue> versions) {
        Map<String, String> names = new HashMap<>();
        for (StoredValue version : versions) {
            String[] keyAndVersion =
                    version.key().substring(Layout.VERSIONS.length()).split("/", 2);
            names.put(Layout.MATERIAL + keyAndVersion[1], nameOf(keyAndVersion[0], keyAndVersion[1]));
        }
        List<Sealed> things = new ArrayList<>();
        for (StoredValue found : listings.read(List.copyOf(names.keySet()))) {
            String name = names.get(found.key());
            if (name != null) {
                things.add(new Sealed(found.key(), found.modRevision(), name, found.value(), UnaryOperator.identity()));
            }
        }
        return new SealedPage(things, List.of());
    }

    private static SealedPage read(List<StoredValue> values, Function<StoredValue, Sealed> reader) {
        List<Sealed> things = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (StoredValue value : values) {
            try {
                things.add(reader.apply(value));
            } catch (RuntimeException damaged) {
                // The caller tells of it by name; the others must not wait for its repair.
                unreadable.add(value.key());
            }
        }
        return new SealedPage(things, unreadable);
    }

    private static Sealed wrappingKey(StoredValue value) {
        WrappingKey key = Documents.wrappingKey(value.value());
        return new Sealed(
                value.key(),
                value.modRevision(),
                nameOf(key.id(), key.version()),
                key.stored(),
                renewed -> Documents.write(key.with(renewed)));
    }

    private static Sealed tokenKey(StoredValue value) {
        TokenKeyRecord key = Documents.tokenKey(value.value());
        return new Sealed(
                value.key(),
                value.modRevision(),
                key.sealedAs(),
                key.sealedPrivateKey(),
                renewed -> Documents.write(key.with(renewed)));
    }

    /** A thing and its new seal. */
    public record Resealed(Sealed thing, Bytes sealed) {}

    /**
     * Puts new seals in the place of old ones, atomically, if and only if none of the things has changed or gone since it was
     * read.
     *
     * @param resealed at most {@value #PAGE}
     * @param alongside further writes of the same transaction
     * @return whether they were put
     */
    public boolean replace(List<Resealed> resealed, Consumer<Transaction.Builder> alongside) {
        Transaction.Builder transaction = Transaction.builder();
        for (Resealed each : resealed) {
            Sealed thing = each.thing();
            transaction
                    .ifModRevision(thing.at(), thing.modRevision())
                    .put(thing.at(), thing.record().apply(each.sealed()));
        }
        return store.commit(transaction.with(alongside).build()).committed();
    }
}
