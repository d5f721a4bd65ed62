package io.holdfast.keyservice.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.bmc.keymanagement.model.CreateKeyDetails;
import com.oracle.bmc.keymanagement.model.KeyShape;
import com.oracle.bmc.keymanagement.model.ScheduleKeyDeletionDetails;
import com.oracle.bmc.keymanagement.model.ScheduleKeyVersionDeletionDetails;
import com.oracle.bmc.keymanagement.requests.CancelKeyDeletionRequest;
import com.oracle.bmc.keymanagement.requests.CancelKeyVersionDeletionRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyRequest;
import com.oracle.bmc.keymanagement.requests.CreateKeyVersionRequest;
import com.oracle.bmc.keymanagement.requests.DisableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EnableKeyRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleKeyDeletionRequest;
import com.oracle.bmc.keymanagement.requests.ScheduleKeyVersionDeletionRequest;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.QuietOutbox;
import io.holdfast.keyservice.QuietRevision;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.mirror.Mirror.Shown;
import io.holdfast.keyservice.oci.OciPeer;
import io.holdfast.keyservice.service.IdentityProfile;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.VaultsElsewhere;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.RemoteVaults;
import io.holdfast.keyservice.vault.RemoteVaults.Remote;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.platform.http.Caller;
import io.holdfast.testkit.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to keys in another key-service by Oracle's SDK, followed into an etcd of its own. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class MirrorOfPeerTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** Far more than a listing and a look at one key take, for machines that stand still at times. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Inject
    Identity identity;

    @TestHTTPResource("/")
    URI peer;

    @ConfigProperty(name = "holdfast.identity.bootstrap-file")
    Path bootstrap;

    @TempDir
    Path directory;

    private OciPeer there;
    private TestStore etcd;
    private KeyStore keys;
    private BindingStore bindings;
    private Mirror mirror;

    @BeforeEach
    void open() throws Exception {
        there = OciPeer.of(peer, bootstrap, directory);
        etcd = TestStore.open();
        QuietRevision revision = new QuietRevision();
        QuietOutbox outbox = new QuietOutbox();
        keys = new KeyStore(etcd.store(), revision, outbox);
        bindings = new BindingStore(etcd.store(), revision, outbox);
        Caller caller = new Caller("vault", there.vault().vault().value(), "far", Samples.TENANCY, "");
        Shown shown = new Shown(Samples.COMPARTMENT, "far", caller, ChangeRequest.ofItsOwn(caller));
        mirror = new Mirror(
                there.vault(),
                () -> shown,
                keys,
                new VaultStore(etcd.store(), revision, outbox),
                bindings,
                new OpenedMaterial(Duration.ofHours(1), TimeSource.system()),
                new VaultsElsewhere(etcd.store()),
                Samples.MINT,
                TimeSource.system(),
                LOOK);
    }

    @AfterEach
    void close() {
        etcd.close();
        there.close();
    }

    private KeyId makeKeyThere() throws IOException {
        AtomicReference<String> made = new AtomicReference<>();
        there.in(management -> made.set(management
                .createKey(CreateKeyRequest.builder()
                        .createKeyDetails(CreateKeyDetails.builder()
                                .compartmentId(there.vault()
                                        .settings()
                                        .keyCompartment()
                                        .value())
                                .displayName("made by somebody else")
                                .protectionMode(CreateKeyDetails.ProtectionMode.Software)
                                .keyShape(KeyShape.builder()
                                        .algorithm(KeyShape.Algorithm.Aes)
                                        .length(32)
                                        .build())
                                .build())
                        .build())
                .getKey()
                .getId()));
        return new KeyId(made.get());
    }

    private MasterKey recorded(KeyId key) {
        return keys.key(key).orElseThrow().value();
    }

    @Test
    void theWholeLifeOfAKeyThereIsFollowedAndItServesHere() throws Exception {
        KeyId key = makeKeyThere();
        String id = key.value();
        mirror.follow(nothing -> {}, () -> {});
        mirror.follow(nothing -> {}, () -> {});
        assertThat(recorded(key)).isInstanceOf(MasterKey.Enabled.class);
        assertThat(recorded(key).facts().displayName()).isEqualTo("made by somebody else");
        assertServes(key);

        there.in(management ->
                management.disableKey(DisableKeyRequest.builder().keyId(id).build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(recorded(key)).isInstanceOf(MasterKey.Disabled.class);

        there.in(management ->
                management.enableKey(EnableKeyRequest.builder().keyId(id).build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(recorded(key)).isInstanceOf(MasterKey.Enabled.class);

        Instant time = Instant.now().plus(Duration.ofDays(20)).truncatedTo(ChronoUnit.SECONDS);
        there.in(management -> management.scheduleKeyDeletion(ScheduleKeyDeletionRequest.builder()
                .keyId(id)
                .scheduleKeyDeletionDetails(ScheduleKeyDeletionDetails.builder()
                        .timeOfDeletion(Date.from(time))
                        .build())
                .build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(recorded(key))
                .isInstanceOfSatisfying(
                        MasterKey.PendingDeletion.class,
                        pending -> assertThat(pending.timeOfDeletion()).isEqualTo(time));

        there.in(management -> management.cancelKeyDeletion(
                CancelKeyDeletionRequest.builder().keyId(id).build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(recorded(key)).isInstanceOf(MasterKey.Enabled.class);
    }

    @Test
    void aRotationThereIsSeenWhetherAClusterIsBoundToTheKeyOrNot() throws Exception {
        KeyId bound = makeKeyThere();
        KeyId unbound = makeKeyThere();
        mirror.follow(nothing -> {}, () -> {});
        mirror.follow(nothing -> {}, () -> {});
        bind(bound);
        for (KeyId key : List.of(bound, unbound)) {
            there.in(management -> management.createKeyVersion(
                    CreateKeyVersionRequest.builder().keyId(key.value()).build()));
        }
        mirror.follow(nothing -> {}, () -> {});

        for (KeyId key : List.of(bound, unbound)) {
            assertThat(recorded(key).facts().currentVersionNumber()).isEqualTo(2);
            assertThat(keys.versionsOf(key)).hasSize(2);
            assertServes(key);
        }
    }

    @Test
    void theDeletionOfAVersionThereEndsItsUseHereUntilItIsCancelled() throws Exception {
        KeyId key = makeKeyThere();
        mirror.follow(nothing -> {}, () -> {});
        mirror.follow(nothing -> {}, () -> {});
        KeyVersionId first = recorded(key).facts().currentVersion();
        there.in(management -> management.createKeyVersion(
                CreateKeyVersionRequest.builder().keyId(key.value()).build()));
        mirror.follow(nothing -> {}, () -> {});

        Instant time = Instant.now().plus(Duration.ofDays(20)).truncatedTo(ChronoUnit.SECONDS);
        there.in(management -> management.scheduleKeyVersionDeletion(ScheduleKeyVersionDeletionRequest.builder()
                .keyId(key.value())
                .keyVersionId(first.value())
                .scheduleKeyVersionDeletionDetails(ScheduleKeyVersionDeletionDetails.builder()
                        .timeOfDeletion(Date.from(time))
                        .build())
                .build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(keys.version(key, first).orElseThrow().value())
                .isInstanceOfSatisfying(
                        KeyVersion.PendingDeletion.class,
                        pending -> assertThat(pending.timeOfDeletion()).isEqualTo(time));

        there.in(management -> management.cancelKeyVersionDeletion(CancelKeyVersionDeletionRequest.builder()
                .keyId(key.value())
                .keyVersionId(first.value())
                .build()));
        mirror.follow(nothing -> {}, () -> {});
        assertThat(keys.version(key, first).orElseThrow().value()).isInstanceOf(KeyVersion.Enabled.class);
    }

    /** The bound that docs/oci-vault.md states, with no tick by hand. */
    @Test
    void whatIsDoneThereShowsHereWithinThePollIntervalAndTheTimeOfALook() throws Exception {
        KeyId key = makeKeyThere();
        String id = key.value();
        Mirrors mirrors = mirrors();
        try {
            mirrors.start(new StartupEvent());
            // Twice that: it takes two looks until a key is known.
            Await.atMost(INTERVAL.plus(LOOK).multipliedBy(2))
                    .until("the key is known", () -> keys.key(key).isPresent());
            bind(key);

            there.in(management -> management.createKeyVersion(
                    CreateKeyVersionRequest.builder().keyId(id).build()));
            assertShows("rotated", () -> recorded(key).facts().currentVersionNumber() == 2);

            there.in(management ->
                    management.disableKey(DisableKeyRequest.builder().keyId(id).build()));
            assertShows("disabled", () -> recorded(key) instanceof MasterKey.Disabled);

            there.in(management ->
                    management.enableKey(EnableKeyRequest.builder().keyId(id).build()));
            assertShows("enabled", () -> recorded(key) instanceof MasterKey.Enabled);

            there.in(management -> management.scheduleKeyDeletion(ScheduleKeyDeletionRequest.builder()
                    .keyId(id)
                    .scheduleKeyDeletionDetails(
                            ScheduleKeyDeletionDetails.builder().build())
                    .build()));
            assertShows("to be deleted", () -> recorded(key) instanceof MasterKey.PendingDeletion);

            there.in(management -> management.cancelKeyDeletion(
                    CancelKeyDeletionRequest.builder().keyId(id).build()));
            assertShows("cancelled", () -> recorded(key) instanceof MasterKey.Enabled);
        } finally {
            mirrors.stop(new ShutdownEvent());
        }
    }

    /** By the look after the one that was under way. */
    private void assertShows(String what, Callable<Boolean> shown) {
        double before = looks();
        Await.atMost(INTERVAL.plus(LOOK)).until(what, shown);
        assertThat(looks()).as(what).isLessThanOrEqualTo(before + 2);
    }

    private double looks() {
        return meters.get("holdfast.keys.mirror.looks")
                .tag("outcome", "followed")
                .counter()
                .count();
    }

    private Mirrors mirrors() {
        QuietRevision revision = new QuietRevision();
        QuietOutbox outbox = new QuietOutbox();
        Remote remote = new Remote(
                there.vault(),
                there.vault(),
                there.vault().settings().compartment(),
                "far",
                INTERVAL,
                Duration.ofMinutes(2));
        return new Mirrors(
                new RemoteVaults(List.of(remote)),
                identity,
                keys,
                new VaultStore(etcd.store(), revision, outbox),
                bindings,
                new OpenedMaterial(Duration.ofHours(1), TimeSource.system()),
                new VaultsElsewhere(etcd.store()),
                new VaultReach(etcd.store(), revision, outbox),
                etcd.store(),
                Samples.MINT,
                meters);
    }

    private void bind(KeyId key) {
        ClusterId cluster = Samples.MINT.cluster();
        BindingStore.BeforeBind before = bindings.beforeBind(cluster, key);
        Binding.Reserved reserved = new Binding.Reserved(new Binding.Facts(
                Samples.MINT.binding(),
                cluster,
                Samples.COMPARTMENT,
                Samples.TENANCY,
                key,
                Binding.Facts.HIERARCHICAL,
                "secret-service",
                Instant.now()));
        assertThat(bindings.create(
                        reserved, before, before.key().orElseThrow(), new KeyEvent.KeyEnabled(key, "a test")))
                .isPresent();
    }

    /** What the record says is enough to wrap and unwrap through the adapter. */
    private void assertServes(KeyId key) {
        MasterKey.Facts facts = recorded(key).facts();
        KeyVersionId version = facts.currentVersion();
        Bytes stored =
                keys.material(key, List.of(version)).get(version).material().orElseThrow();
        BindingId binding = Samples.MINT.binding();
        try (Vault.Material material = there.vault().open(key, version, facts.shape(), stored);
                SecretBytes kek = SecretBytes.takeOwnershipOf(new byte[32])) {
            WrappedDek wrapped = material.wrap(Scope.kek(binding), EncryptionAlgorithm.AES_256_GCM, kek);
            assertThat(wrapped.keyVersionId()).isEqualTo(version);
            try (SecretBytes opened = material.unwrap(Scope.kek(binding), wrapped)) {
                assertThat(opened.<byte[]>use(byte[]::clone)).containsOnly(0);
            }
        }
    }
}
