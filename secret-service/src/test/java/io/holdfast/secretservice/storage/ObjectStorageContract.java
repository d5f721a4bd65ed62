package io.holdfast.secretservice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage.Continuation;
import io.holdfast.secretservice.storage.ObjectStorage.NamePage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectPage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectWatcher;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ObjectStorage} does. An implementation's test inherits it. */
public abstract class ObjectStorageContract {
    private ObjectStorage storage;
    private ClusterId cluster;

    /** The storage under test. */
    protected abstract ObjectStorage storage();

    /** A new, open cluster without Secrets, with the namespaces {@code default} and {@code other}. */
    protected abstract ClusterId newCluster();

    @BeforeEach
    void open() {
        storage = storage();
        cluster = newCluster();
    }

    /** A Secret in storage form. */
    protected static SecretBytes secret(String namespace, String name, String password) {
        var object = Json.object().put("kind", "Secret").put("apiVersion", "v1");
        object.putObject("metadata").put("name", name).put("namespace", namespace);
        object.putObject("data").put("password", password.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        object.put("type", "Opaque");
        return ObjectText.toStorage(ResourceKind.SECRET, object);
    }

    private StoredObject create(String namespace, String name, String password) {
        return storage.create(cluster, Resource.SECRETS, namespace, name, secret(namespace, name, password));
    }

    private static String password(StoredObject stored) {
        var object = ObjectText.fromStorage(ResourceKind.SECRET, stored.value(), stored.revision());
        return object == null ? "unreadable" : object.at("/data/password").asText();
    }

    private static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void readsWhatWasCreated() {
        StoredObject created = create("default", "a", "one");
        StoredObject read = storage.read(cluster, Resource.SECRETS, "default", "a");
        assertThat(read.revision()).isEqualTo(created.revision());
        assertThat(password(read)).isEqualTo(base64("one"));
        assertThat(read.namespace() + "/" + read.name()).isEqualTo("default/a");
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> storage.read(cluster, Resource.SECRETS, "default", "none"))
                .isInstanceOf(StorageRefusal.ObjectUnknown.class);
        assertThatThrownBy(() -> create("nowhere", "a", "one")).isInstanceOf(StorageRefusal.NamespaceUnknown.class);
        assertThatThrownBy(() -> storage.delete(cluster, Resource.SECRETS, "default", "none", 1))
                .isInstanceOf(StorageRefusal.ObjectUnknown.class);
        assertThatThrownBy(() -> storage.replace(
                        cluster, Resource.SECRETS, "default", "none", 1, secret("default", "none", "x")))
                .isInstanceOf(StorageRefusal.ObjectUnknown.class);
        ClusterId unknown = new ClusterId("ocid1.cluster.oc1.iad.unknown");
        assertThatThrownBy(() -> storage.read(unknown, Resource.SECRETS, "default", "a"))
                .isInstanceOf(StorageRefusal.ClusterUnknown.class);
        assertThat(storage.cluster(unknown)).isEmpty();
        assertThat(storage.cluster(cluster)).isPresent();
    }

    @Test
    void createsOnce() {
        create("default", "a", "one");
        assertThatThrownBy(() -> create("default", "a", "two")).isInstanceOf(StorageRefusal.ObjectExists.class);
        assertThat(password(storage.read(cluster, Resource.SECRETS, "default", "a")))
                .isEqualTo(base64("one"));
    }

    @Test
    void replacesAndDeletesOnlyAtTheExpectedRevision() {
        StoredObject first = create("default", "a", "one");
        StoredObject second = storage.replace(
                cluster, Resource.SECRETS, "default", "a", first.revision(), secret("default", "a", "two"));
        assertThat(second.revision()).isGreaterThan(first.revision());
        assertThatThrownBy(() -> storage.replace(
                        cluster, Resource.SECRETS, "default", "a", first.revision(), secret("default", "a", "three")))
                .isInstanceOf(StorageRefusal.ObjectChanged.class);
        assertThatThrownBy(() -> storage.delete(cluster, Resource.SECRETS, "default", "a", first.revision()))
                .isInstanceOf(StorageRefusal.ObjectChanged.class);
        assertThat(password(storage.read(cluster, Resource.SECRETS, "default", "a")))
                .isEqualTo(base64("two"));
        assertThat(storage.delete(cluster, Resource.SECRETS, "default", "a", second.revision()))
                .isGreaterThan(second.revision());
        assertThatThrownBy(() -> storage.read(cluster, Resource.SECRETS, "default", "a"))
                .isInstanceOf(StorageRefusal.ObjectUnknown.class);
    }

    @Test
    void pagesAreOfOneRevisionAndInKeyOrder() {
        for (int i = 0; i < 7; i++) {
            create(i % 2 == 0 ? "default" : "other", "s" + i, "x");
        }
        List<String> seen = new ArrayList<>();
        Continuation from = null;
        long revision = 0;
        long left = 7;
        do {
            ObjectPage page = storage.list(cluster, Resource.SECRETS, "", from, 3);
            left -= page.objects().size();
            assertThat(page.remaining()).isEqualTo(left);
            if (revision == 0) {
                revision = page.listRevision();
                create("default", "late", "x");
            }
            assertThat(page.listRevision()).isEqualTo(revision);
            page.objects().forEach(it -> seen.add(it.namespace() + "/" + it.name()));
            from = page.next();
        } while (from != null);
        assertThat(seen)
                .containsExactly(
                        "default/s0", "default/s2", "default/s4", "default/s6", "other/s1", "other/s3", "other/s5");
        assertThat(storage.list(cluster, Resource.SECRETS, "other", null, 500).objects())
                .extracting(StoredObject::name)
                .containsExactly("s1", "s3", "s5");
    }

    @Test
    void namesGoOnBehindANameThatDoesNotExist() {
        create("default", "abc", "x");
        StoredObject wanted = create("default", "abd", "x");
        NamePage all = storage.names(cluster, Resource.SECRETS, "default", null, 500);
        assertThat(all.names()).extracting(ObjectName::name).containsExactly("abc", "abd");
        NamePage behind = storage.names(
                cluster, Resource.SECRETS, "default", new Continuation(all.listRevision(), "default", "abc~"), 1);
        assertThat(behind.names()).containsExactly(new ObjectName("default", "abd", wanted.revision()));
    }

    @Test
    void namespacesAreObjectsToo() {
        assertThat(storage.list(cluster, Resource.NAMESPACES, "", null, 500).objects())
                .extracting(StoredObject::name)
                .containsExactly("default", "other");
        StoredObject stored = storage.read(cluster, Resource.NAMESPACES, "", "other");
        assertThat(stored.namespace()).isEmpty();
        storage.delete(cluster, Resource.NAMESPACES, "", "other", stored.revision());
        assertThatThrownBy(() -> create("other", "a", "x")).isInstanceOf(StorageRefusal.NamespaceUnknown.class);
    }

    @Test
    void watchesFollowFromARevision() throws Exception {
        StoredObject before = create("default", "before", "x");
        Seen seen = new Seen();
        try (AutoCloseable watch = storage.watch(cluster, Resource.SECRETS, "default", before.revision(), seen)) {
            StoredObject a = create("default", "a", "one");
            create("other", "elsewhere", "x");
            StoredObject b = storage.replace(
                    cluster, Resource.SECRETS, "default", "a", a.revision(), secret("default", "a", "two"));
            long gone = storage.delete(cluster, Resource.SECRETS, "default", "a", b.revision());
            Await.atMostSeconds(20).until("three events", () -> seen.events.size() >= 3);
            assertThat(seen.events)
                    .containsExactly(
                            "ADDED a " + a.revision() + " " + base64("one"),
                            "MODIFIED a " + b.revision() + " " + base64("two"),
                            "DELETED a " + gone + " " + base64("two"));
        }
    }

    private static final class Seen implements ObjectWatcher {
        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void onChanged(Change change, StoredObject object) {
            events.add(change + " " + object.name() + " " + object.revision() + " " + password(object));
        }

        @Override
        public void onEnded(@Nullable StorageRefusal cause) {
            if (cause != null) {
                events.add("ENDED " + cause.getMessage());
            }
        }
    }

    /** What the guard throws is the write's answer, and nothing is written; else it runs each commit once. */
    @Test
    void aWriteCommitsInItsGuard() {
        IllegalStateException lost = new IllegalStateException("the right is lost");
        ObjectStorage.CommitGuard refusing = new ObjectStorage.CommitGuard() {
            @Override
            public <T> T holding(Supplier<T> commit) {
                throw lost;
            }
        };
        AtomicInteger commits = new AtomicInteger();
        ObjectStorage.CommitGuard counting = new ObjectStorage.CommitGuard() {
            @Override
            public <T> T holding(Supplier<T> commit) {
                commits.incrementAndGet();
                return commit.get();
            }
        };
        assertThatThrownBy(() -> storage.create(
                        cluster, Resource.SECRETS, "default", "g", secret("default", "g", "first"), refusing))
                .isSameAs(lost);
        assertThatThrownBy(() -> storage.read(cluster, Resource.SECRETS, "default", "g"))
                .isInstanceOf(StorageRefusal.ObjectUnknown.class);

        StoredObject made =
                storage.create(cluster, Resource.SECRETS, "default", "g", secret("default", "g", "first"), counting);
        assertThat(commits).hasValue(1);
        assertThatThrownBy(() -> storage.replace(
                        cluster,
                        Resource.SECRETS,
                        "default",
                        "g",
                        made.revision(),
                        secret("default", "g", "second"),
                        refusing))
                .isSameAs(lost);
        assertThatThrownBy(() -> storage.delete(cluster, Resource.SECRETS, "default", "g", made.revision(), refusing))
                .isSameAs(lost);
        try (SecretBytes value =
                storage.read(cluster, Resource.SECRETS, "default", "g").value()) {
            assertThat(value.length()).isPositive();
        }
        StoredObject replaced = storage.replace(
                cluster, Resource.SECRETS, "default", "g", made.revision(), secret("default", "g", "second"), counting);
        assertThat(commits).hasValue(2);
        storage.delete(cluster, Resource.SECRETS, "default", "g", replaced.revision(), counting);
        assertThat(commits).hasValue(3);
    }
}
