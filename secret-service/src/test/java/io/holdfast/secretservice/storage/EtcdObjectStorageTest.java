package io.holdfast.secretservice.storage;

import static io.holdfast.secretservice.storage.ObjectStorage.Resource.NAMESPACES;
import static io.holdfast.secretservice.storage.ObjectStorage.Resource.SECRETS;
import static io.holdfast.secretservice.testing.SecretObjects.contains;
import static io.holdfast.secretservice.testing.SecretObjects.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.cbc.AuthenticatedCbc;
import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.storage.ObjectStorage.Continuation;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectPage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectWatcher;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.secretservice.testing.InProcessKeyService;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import io.holdfast.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EtcdObjectStorageTest {
    private Stack stack;
    private ObjectStorage storage;
    private Opened c;

    @BeforeEach
    void start() {
        stack = new Stack();
        storage = stack.storage;
        c = stack.open();
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    private StoredObject create(String name) {
        return storage.create(c.cluster(), SECRETS, "default", name, secret("default", name, "content of " + name));
    }

    private StoredObject read(String name) {
        return storage.read(c.cluster(), SECRETS, "default", name);
    }

    private KeyVersionId versionAtRest(String name) {
        return Envelopes.claim(stack.stored(c.paths().secret("default", name)).value())
                .orElseThrow()
                .version();
    }

    @Test
    void whatIsWrittenIsReadAndLiesEncryptedInKubernetesForm() {
        StoredObject created = create("db");

        StoredObject found = read("db");
        assertThat(contains(found.value(), "content of db")).isTrue();
        assertThat(found.revision()).isEqualTo(created.revision());
        String atRest = new String(
                stack.stored("/clusters/" + c.cluster().value() + "/registry/secrets/default/db")
                        .value()
                        .toArray(),
                StandardCharsets.ISO_8859_1);
        assertThat(atRest).startsWith("k8s:enc:kms:v1:holdfast:").doesNotContain("content of db");
    }

    @Test
    void lostRacesAreToldApart() {
        long revision = create("db").revision();

        assertThatThrownBy(() -> create("db")).isInstanceOf(StorageRefusal.ObjectExists.class);
        assertThatThrownBy(() -> storage.create(c.cluster(), SECRETS, "nowhere", "x", secret("nowhere", "x", "")))
                .isInstanceOf(StorageRefusal.NamespaceUnknown.class);
        StoredObject second =
                storage.replace(c.cluster(), SECRETS, "default", "db", revision, secret("default", "db", "second"));
        assertThatThrownBy(() -> storage.replace(
                        c.cluster(), SECRETS, "default", "db", revision, secret("default", "db", "third")))
                .isInstanceOf(StorageRefusal.ObjectChanged.class);
        assertThatThrownBy(() -> storage.delete(c.cluster(), SECRETS, "default", "db", revision))
                .isInstanceOf(StorageRefusal.ObjectChanged.class);
        storage.delete(c.cluster(), SECRETS, "default", "db", second.revision());
        assertThatThrownBy(() -> read("db")).isInstanceOf(StorageRefusal.ObjectUnknown.class);
        assertThatThrownBy(() -> storage.read(InProcessKeyService.MINT.cluster(), SECRETS, "default", "db"))
                .isInstanceOf(StorageRefusal.ClusterUnknown.class);
    }

    @Test
    void aWriterHeldBetweenWrapAndCommitAcrossARotationLeavesNoOldVersionBehind() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        EtcdObjectStorage stalling = new EtcdObjectStorage(
                stack.store,
                stack.clusters,
                stack.fences,
                stack.envelopes,
                stack.keys,
                stack.watches,
                stack.meters,
                Stack.TRACER,
                (cluster, key, attempt) -> {
                    if (attempt == 0) {
                        held.countDown();
                        awaitUninterruptibly(released);
                    }
                });
        create("bystander");
        CompletableFuture<StoredObject> write = CompletableFuture.supplyAsync(() ->
                stalling.create(c.cluster(), SECRETS, "default", "stalled", secret("default", "stalled", "old wrap")));
        assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();

        var version = stack.keys.rotate(c.key());
        stack.reconciler.all("KeyRotated");
        stack.run();
        Await.atMostSeconds(20)
                .until(
                        "the job has ended",
                        () -> stack.jobs.list(c.cluster()).stream()
                                .allMatch(job -> job.state().ended()));
        released.countDown();
        write.get(30, TimeUnit.SECONDS);

        assertThat(versionAtRest("stalled")).isEqualTo(version.id());
        assertThat(versionAtRest("bystander")).isEqualTo(version.id());
        assertThat(contains(read("stalled").value(), "old wrap")).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void aWriteUnderANewVersionHelpsTheFenceForwardAndStartsTheJob() {
        create("before");
        var version = stack.keys.rotate(c.key());

        create("after");

        assertThat(versionAtRest("after")).isEqualTo(version.id());
        assertThat(stack.fence(c).terms().version()).isEqualTo(version);
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened", "ReencryptionStarted");
    }

    @Test
    void withTheKeyTakenAwayNothingIsReadOrWrittenAndNamesStayKnown() {
        create("db");
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);

        assertThatThrownBy(() -> read("db")).isInstanceOfSatisfying(StorageRefusal.KeyAccessBlocked.class, blocked -> {
            assertThat(blocked.denial()).isEqualTo("KEY_DISABLED");
            assertThat(blocked.keyId()).isEqualTo(c.key().value());
            assertThat(blocked.permanent()).isFalse();
        });
        assertThatThrownBy(() -> storage.list(c.cluster(), SECRETS, "", null, 10))
                .isInstanceOf(StorageRefusal.KeyAccessBlocked.class);
        assertThatThrownBy(() -> create("other")).isInstanceOf(StorageRefusal.KeyAccessBlocked.class);
        assertThat(storage.names(c.cluster(), SECRETS, "", null, 10).names())
                .extracting(ObjectStorage.ObjectName::name)
                .containsExactly("db");
    }

    @Test
    void aWriteThatMeetsABlockedFenceWithALiveGrantReopensIt() {
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        stack.reconciler.all("test");
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);
        stack.keys.allow(c.key());

        create("db");

        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.eventTypes(c))
                .containsExactly("ClusterEndpointOpened", "ClusterKeyAccessLost", "ClusterKeyAccessRestored");
    }

    @Test
    void withoutALiveSessionNothingIsServed() {
        create("db");
        stack.keys.live(false);

        assertThatThrownBy(() -> read("db")).isInstanceOf(StorageRefusal.StorageUnavailable.class);
        assertThatThrownBy(() -> create("other")).isInstanceOf(StorageRefusal.StorageUnavailable.class);
    }

    @Test
    void corruptBytesAreNamedOthersServedNothingOverwritten() {
        create("good");
        create("bad");
        String key = c.paths().secret("default", "bad");
        byte[] bytes = stack.stored(key).value().toArray();
        bytes[bytes.length - 5] ^= 1;
        stack.vandalise(key, bytes);

        assertThatThrownBy(() -> read("bad")).isInstanceOf(StorageRefusal.ObjectsDamaged.class);
        assertThatThrownBy(() -> storage.list(c.cluster(), SECRETS, "default", null, 10))
                .isInstanceOfSatisfying(
                        StorageRefusal.ObjectsDamaged.class,
                        damaged -> assertThat(damaged.objects())
                                .extracting(ObjectStorage.ObjectName::name)
                                .containsExactly("bad"));
        assertThat(contains(read("good").value(), "content of good")).isTrue();
        assertThat(stack.stored(key).value()).isEqualTo(Bytes.copyOf(bytes));
    }

    @Test
    void damageIsNotToldWhileTheKeyIsWithheld() {
        create("db");
        stack.vandalise(c.paths().secret("default", "db"), new byte[] {'?'});
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        assertThatThrownBy(() -> read("db")).isInstanceOf(StorageRefusal.KeyAccessBlocked.class);
        assertThatThrownBy(() -> storage.list(c.cluster(), SECRETS, "default", null, 10))
                .isInstanceOf(StorageRefusal.KeyAccessBlocked.class);

        stack.keys.allow(c.key());
        assertThatThrownBy(() -> read("db")).isInstanceOf(StorageRefusal.ObjectsDamaged.class);
    }

    @Test
    void aValueMovedToAnotherKeyIsDamaged() {
        create("one");
        create("two");
        StoredValue one = stack.stored(c.paths().secret("default", "one"));
        stack.vandalise(c.paths().secret("default", "two"), one.value().toArray());

        assertThatThrownBy(() -> read("two")).isInstanceOf(StorageRefusal.ObjectsDamaged.class);
    }

    @Test
    void aValueOfKubeApiserverIsReadOnlyWhereItsOwnNameStands() {
        writeUnauthenticated("plain", "plain");
        writeUnauthenticated("elsewhere", "plain");

        assertThat(contains(read("plain").value(), "unauthenticated")).isTrue();
        assertThatThrownBy(() -> read("elsewhere")).isInstanceOf(StorageRefusal.ObjectsDamaged.class);
    }

    /** As kube-apiserver with the plugin writes it: only the 32 bytes of the data key are wrapped. */
    private void writeUnauthenticated(String at, String name) {
        String key = c.paths().secret("default", at);
        try (SealedSecret sealed = new AuthenticatedCbc()
                .seal(key.getBytes(StandardCharsets.UTF_8), secret("default", name, "unauthenticated"))) {
            byte[] dek = sealed.payload().use(payload -> Arrays.copyOf(payload, 32));
            Bytes wrapped = stack.keys.wrapOne(c.binding(), dek);
            stack.vandalise(key, new KmsV1Value("plugin", wrapped, sealed.data()).encode());
        }
    }

    @Test
    void pagesAreOfOneRevisionWhateverIsWrittenMeanwhile() {
        for (int i = 0; i < 7; i++) {
            create("s" + i);
        }
        List<String> names = new ArrayList<>();
        Continuation next = null;
        long revision = 0;
        do {
            ObjectPage page = storage.list(c.cluster(), SECRETS, "", next, 3);
            assertThat(revision == 0 || page.listRevision() == revision).isTrue();
            assertThat(page.remaining())
                    .isEqualTo(7 - names.size() - page.objects().size());
            revision = page.listRevision();
            page.objects().forEach(object -> names.add(object.name()));
            create("t" + names.size());
            next = page.next();
        } while (next != null);
        assertThat(names).containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
        assertThat(storage.list(c.cluster(), NAMESPACES, "", null, 10).objects())
                .extracting(StoredObject::name)
                .containsExactly("default", "kube-public", "kube-system");
    }

    @Test
    void aContinuationOfAnotherNamespaceReachesNothing() {
        create("mine");
        Continuation forged = new Continuation(create("second").revision(), "aaa", "x");
        assertThatThrownBy(() -> storage.list(c.cluster(), SECRETS, "kube-system", forged, 10))
                .isInstanceOf(StorageRefusal.RevisionExpired.class);
        assertThatThrownBy(() -> storage.names(
                        c.cluster(), SECRETS, "kube-system", new Continuation(forged.revision(), "..", "x"), 10))
                .isInstanceOf(StorageRefusal.RevisionExpired.class);
    }

    @Test
    void aWatchTellsWhatHappensAndEndsWhenAccessIsLost() throws Exception {
        long from = create("db").revision();
        Recorder recorder = new Recorder();
        storage.watch(c.cluster(), SECRETS, "default", from, recorder);
        StoredObject added = create("new");
        storage.replace(c.cluster(), SECRETS, "default", "new", added.revision(), secret("default", "new", "second"));
        storage.delete(c.cluster(), SECRETS, "default", "new", read("new").revision());

        Await.atMostSeconds(10).until("three events", () -> recorder.seen.size() == 3);
        assertThat(recorder.seen).containsExactly("ADDED new", "MODIFIED new", "DELETED new");

        stack.keys.deny(c.key(), Denial.KEY_PENDING_DELETION);
        stack.reconciler.all("test");
        assertThat(recorder.ended.get(30, TimeUnit.SECONDS)).isInstanceOf(StorageRefusal.KeyAccessBlocked.class);
        assertThat(stack.watches.count()).isZero();
    }

    private static final class Recorder implements ObjectWatcher {
        final List<String> seen = new CopyOnWriteArrayList<>();
        final CompletableFuture<@Nullable StorageRefusal> ended = new CompletableFuture<>();

        @Override
        public void onChanged(Change change, StoredObject object) {
            seen.add(change + " " + object.name());
        }

        @Override
        public void onEnded(@Nullable StorageRefusal cause) {
            ended.complete(cause);
        }
    }
}
