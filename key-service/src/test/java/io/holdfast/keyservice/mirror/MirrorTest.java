package io.holdfast.keyservice.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.ManualTime;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.health.RemoteVaultReadiness;
import io.holdfast.keyservice.mirror.Mirror.Shown;
import io.holdfast.keyservice.mirror.MirrorLoop.Outcome;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.service.KeyEvents;
import io.holdfast.keyservice.service.KeyServiceProfile;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Order;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.VaultsElsewhere;
import io.holdfast.keyservice.vault.BuiltInVault;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.RemoteVaults;
import io.holdfast.keyservice.vault.RemoteVaults.Remote;
import io.holdfast.keyservice.vault.TestRootKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is recorded of a vault elsewhere, on real etcd and Kafka. The vault is a map here: the suite of the adapter runs
 * against a real one.
 */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class MirrorTest {
    private static final Consumer<Transaction.Builder> NOBODY_ELSE = nothing -> {};
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Instant LATER = Instant.now().plus(Duration.ofDays(9)).truncatedTo(ChronoUnit.MILLIS);

    @Inject
    KeyStore keys;

    @Inject
    VaultStore vaults;

    @Inject
    BindingStore bindings;

    @Inject
    OpenedMaterial opened;

    @Inject
    VaultsElsewhere elsewhere;

    @Inject
    VaultReach reach;

    @Inject
    KeyValueStore etcd;

    @Inject
    Destructions destructions;

    @Inject
    DueDeletions due;

    @Inject
    Ocid.Mint mint;

    private final Elsewhere there = new Elsewhere(Samples.MINT.vault());

    private ChangeRequest request() {
        Caller caller = new Caller("vault", there.vault().value(), "oracle", Samples.TENANCY, "");
        return ChangeRequest.ofItsOwn(caller);
    }

    private Mirror mirror() {
        return mirror(TimeSource.system());
    }

    private Mirror mirror(TimeSource time) {
        Shown shown = new Shown(Samples.COMPARTMENT, "oracle", request().caller(), request());
        return new Mirror(there, () -> shown, keys, vaults, bindings, opened, elsewhere, mint, time, INTERVAL);
    }

    private static int follow(Mirror mirror) {
        return mirror.follow(NOBODY_ELSE, () -> {});
    }

    private MasterKey recorded(KeyId key) {
        return keys.key(key).orElseThrow().value();
    }

    /** A key that is known here. */
    private KeyId known(Mirror mirror) {
        KeyId key = there.make();
        follow(mirror);
        follow(mirror);
        return key;
    }

    @Test
    void aKeyIsRecordedAtTheSecondLookAndOnlyOnce() {
        KeyId key = there.make();
        KeyId disabled = there.make();
        there.states.put(disabled, RemoteKeys.State.DISABLED);
        Mirror mirror = mirror();

        assertThat(follow(mirror)).isZero();
        assertThat(keys.key(key)).isEmpty();
        assertThat(follow(mirror)).isEqualTo(1);
        assertThat(follow(mirror)).isZero();
        assertThat(follow(mirror())).isZero();

        MasterKey.Facts facts = recorded(key).facts();
        assertThat(facts.vaultId()).isEqualTo(there.vault());
        assertThat(facts.currentVersion()).isEqualTo(there.current.get(key));
        assertThat(facts.displayName()).isEqualTo("a key elsewhere");
        assertThat(keys.key(disabled)).isEmpty();
        assertThat(vaults.vault(there.vault())).isPresent();
    }

    @Test
    void everyStateIsFollowedFromEveryOther() {
        Mirror mirror = mirror();
        for (RemoteKeys.State from :
                List.of(RemoteKeys.State.ENABLED, RemoteKeys.State.DISABLED, RemoteKeys.State.PENDING_DELETION)) {
            for (RemoteKeys.State to : List.of(
                    RemoteKeys.State.ENABLED,
                    RemoteKeys.State.DISABLED,
                    RemoteKeys.State.PENDING_DELETION,
                    RemoteKeys.State.DELETED)) {
                KeyId key = known(mirror);
                there.states.put(key, from);
                follow(mirror);
                assertThat(recorded(key).lifecycleState()).isEqualTo(from.name());
                there.states.put(key, to);
                follow(mirror);
                assertThat(recorded(key).lifecycleState())
                        .as(from + " to " + to)
                        .isEqualTo(to.name());
            }
        }
    }

    @Test
    void theEventsAreThoseOfARequest() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.states.put(key, RemoteKeys.State.DISABLED);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.CHANGING);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.ENABLED);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.DELETED);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.ENABLED);
        follow(mirror);

        List<String> expected = List.of(
                "KeyCreated",
                "KeyDisabled",
                "KeyScheduledForDeletion",
                "KeyDeletionCancelled",
                "KeyEnabled",
                "KeyScheduledForDeletion",
                "KeyDeleted");
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until("the events", () -> events.typesOf(key.value()).size() >= expected.size());
            assertThat(events.typesOf(key.value())).isEqualTo(expected);
        }
        assertThat(recorded(key)).isInstanceOf(MasterKey.Deleted.class);
    }

    @Test
    void aTimeOfDeletionThatMovesIsFollowed() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        there.timeOfDeletion = LATER.plus(Duration.ofDays(3));
        follow(mirror);

        assertThat(recorded(key))
                .isInstanceOfSatisfying(
                        MasterKey.PendingDeletion.class,
                        pending -> assertThat(pending.timeOfDeletion()).isEqualTo(there.timeOfDeletion));
    }

    @Test
    void aKeyThatIsNotShownAnyMoreCountsAsDisabledUntilItIs() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.hidden = true;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Disabled.class);
        there.hidden = false;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Enabled.class);
    }

    @Test
    void aKeyThatMovedToAnotherCompartmentIsLookedAtByItself() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.unlisted = true;
        there.rotate(key);
        follow(mirror);
        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key));
        assertThat(recorded(key).facts().currentVersionNumber()).isEqualTo(2);
        follow(mirror);
        assertThat(recorded(key).facts().currentVersionNumber()).isEqualTo(2);
    }

    @Test
    void whatIsToBeDeletedAndNotShownStaysSo() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        there.hidden = true;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class);
    }

    @Test
    void aDeletionWhoseTimeCantBeAskedEndsAccessAllTheSame() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        there.mute = true;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Disabled.class);
        there.mute = false;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class);
    }

    @Test
    void aDeletionWhoseTimeIsNotToldEndsAccessAllTheSame() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.timeOfDeletion = null;
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Disabled.class);
        there.timeOfDeletion = LATER;
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class);
    }

    @Test
    void aKeyThatCantBeLookedAtKeepsNoOtherFromBeingFollowed() {
        Mirror mirror = mirror();
        KeyId first = known(mirror);
        KeyId second = known(mirror);
        there.make();
        follow(mirror);
        there.mute = true;
        there.states.put(second, RemoteKeys.State.DISABLED);
        follow(mirror);
        assertThat(recorded(first)).isInstanceOf(MasterKey.Enabled.class);
        assertThat(recorded(second)).isInstanceOf(MasterKey.Disabled.class);
    }

    @Test
    void whoIsNoLongerTheOneThatFollowsChangesNothing() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.states.put(key, RemoteKeys.State.DISABLED);
        Consumer<Transaction.Builder> lost = transaction -> transaction.ifPresent("/holdfast/keys/mirrors/nobody");
        assertThatThrownBy(() -> mirror.follow(lost, () -> {})).isInstanceOf(ProblemException.class);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Enabled.class);
    }

    @Test
    void aReplicaThatLacksTheVaultTakesItForNoneOfItsOwn() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        VaultsElsewhere onRecord = new VaultsElsewhere(etcd);
        Vaults lacking = new Vaults(
                Map.of(ProtectionMode.HSM, new BuiltInVault(TestRootKeys.of(1))), Map.of(), onRecord::contains);

        assertThatThrownBy(() -> lacking.of(recorded(key).facts())).isInstanceOf(VaultUnavailable.class);
        assertThatThrownBy(() -> lacking.forNew(there.vault(), ProtectionMode.HSM))
                .isInstanceOf(VaultUnavailable.class);
        assertThatThrownBy(() -> lacking.requireLedHere(there.vault())).isInstanceOf(ProblemException.class);
        lacking.requireLedHere(Samples.MINT.vault());
    }

    @Test
    void oneListingServesAllKeysAndFewAreLookedAt() {
        Mirror mirror = mirror();
        for (int keys = 0; keys <= Mirror.LOOKS_AT_UNBOUND; keys++) {
            known(mirror);
        }
        int before = there.calls;
        follow(mirror);
        assertThat(there.calls).isEqualTo(before + 1 + Mirror.LOOKS_AT_UNBOUND);
    }

    @Test
    void rotationsOfKeysThatNoClusterIsBoundToAreSeenInTurns() {
        Mirror mirror = mirror();
        List<KeyId> some = new ArrayList<>();
        for (int keys = 0; keys < 2 * Mirror.LOOKS_AT_UNBOUND + 1; keys++) {
            some.add(known(mirror));
        }
        some.forEach(there::rotate);
        int changes = 0;
        for (int follows = 0; follows < 3; follows++) {
            int now = follow(mirror);
            assertThat(now).isLessThanOrEqualTo(Mirror.LOOKS_AT_UNBOUND);
            changes += now;
        }
        assertThat(changes).isEqualTo(some.size());
        assertThat(some)
                .allSatisfy(key ->
                        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key)));
    }

    @Test
    void statesAreRecordedBeforeAnyLookAndLooksThatTakeLongGoOnNextTime() {
        ManualTime time = new ManualTime();
        Mirror mirror = mirror(time);
        KeyId disabled = known(mirror);
        List<KeyId> some = new ArrayList<>();
        for (int made = 0; made < 10; made++) {
            some.add(there.make());
        }
        follow(mirror);
        there.states.put(disabled, RemoteKeys.State.DISABLED);
        there.look = () -> time.advance(Duration.ofSeconds(4));
        there.calls = 0;
        List<String> whenRecorded = new ArrayList<>();
        mirror.follow(
                NOBODY_ELSE,
                () -> whenRecorded.add(recorded(disabled).lifecycleState() + " after calls: " + there.calls));

        assertThat(whenRecorded).containsExactly("DISABLED after calls: 1");
        // After 4, 8 and 12 seconds.
        assertThat(some.stream().filter(this::isKnown)).hasSize(3);
        for (int follows = 0; follows < 3; follows++) {
            follow(mirror);
        }
        assertThat(some).allMatch(this::isKnown);
    }

    @Test
    void whenKeysAreToBeDeletedIsAskedForSoLongAndTheirAccessEndsAllTheSame() {
        ManualTime time = new ManualTime();
        Mirror mirror = mirror(time);
        List<KeyId> some = new ArrayList<>();
        for (int made = 0; made < 5; made++) {
            some.add(known(mirror));
        }
        some.forEach(key -> there.states.put(key, RemoteKeys.State.PENDING_DELETION));
        there.look = () -> time.advance(Duration.ofSeconds(6));
        List<String> states = new ArrayList<>();
        mirror.follow(
                NOBODY_ELSE, () -> some.forEach(key -> states.add(recorded(key).lifecycleState())));

        assertThat(states).containsExactly("PENDING_DELETION", "PENDING_DELETION", "DISABLED", "DISABLED", "DISABLED");
        for (int follows = 0; follows < 3; follows++) {
            follow(mirror);
        }
        assertThat(some).allSatisfy(key -> assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class));
    }

    @Test
    void aKeyThatIsListedNoMoreIsLookedAtBeforeOthers() {
        ManualTime time = new ManualTime();
        Mirror mirror = mirror(time);
        KeyId gone = known(mirror);
        for (int made = 0; made < 10; made++) {
            there.make();
        }
        follow(mirror);
        there.states.remove(gone);
        // One look takes more than the time of all.
        there.look = () -> time.advance(Duration.ofMinutes(1));
        follow(mirror);

        assertThat(recorded(gone)).isInstanceOf(MasterKey.Disabled.class);
    }

    @Test
    void keysWhoseDeletionIsRecordedTakeNobodysTurn() {
        List<KeyId> sorted = Stream.generate(there::make)
                .limit(3)
                .sorted(Comparator.comparing(KeyId::value))
                .toList();
        KeyId last = sorted.getLast();
        there.states.put(last, RemoteKeys.State.DISABLED);
        Mirror before = mirror();
        follow(before);
        follow(before);
        sorted.subList(0, 2).forEach(key -> there.states.put(key, RemoteKeys.State.PENDING_DELETION));
        follow(before);
        assertThat(sorted.subList(0, 2))
                .allSatisfy(key -> assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class));

        there.states.put(last, RemoteKeys.State.ENABLED);
        there.timeOfDeletion = LATER.plus(Duration.ofDays(3));
        ManualTime time = new ManualTime();
        Mirror mirror = mirror(time);
        // One look of each kind takes all the time that there is.
        there.look = () -> time.advance(Duration.ofMinutes(1));
        follow(mirror);
        follow(mirror);

        assertThat(isKnown(last)).isTrue();
        assertThat(sorted.subList(0, 2))
                .allSatisfy(key -> assertThat(recorded(key))
                        .isInstanceOfSatisfying(
                                MasterKey.PendingDeletion.class,
                                pending -> assertThat(pending.timeOfDeletion()).isEqualTo(there.timeOfDeletion)));
    }

    private boolean isKnown(KeyId key) {
        return keys.key(key).isPresent();
    }

    @Test
    void aDeletionThereStandsAmongThoseThatAreWarnedOfAndNotAmongThoseThatAreDoneHere() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        KeyVersionId first = there.current.get(key);
        there.rotate(key);
        there.goes(key, first, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        assertThat(warnedOf(first)).containsExactly(LATER);
        Instant moved = LATER.plus(Duration.ofDays(3));
        there.timeOfDeletion = moved;
        follow(mirror);
        assertThat(warnedOf(first)).containsExactly(moved);
        there.goes(key, first, RemoteKeys.State.ENABLED);
        follow(mirror);
        assertThat(warnedOf(first)).isEmpty();

        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        assertThat(warnedOf(key)).containsExactly(moved);
        there.timeOfDeletion = LATER;
        follow(mirror);
        assertThat(warnedOf(key)).containsExactly(LATER);
        due.forEachUntil(Order.HERE, Instant.MAX, each -> assertThat(each.id()).isNotIn(key, first));
        there.states.put(key, RemoteKeys.State.DISABLED);
        follow(mirror);
        assertThat(warnedOf(key)).isEmpty();
        there.states.put(key, RemoteKeys.State.PENDING_DELETION);
        follow(mirror);
        there.states.put(key, RemoteKeys.State.DELETED);
        follow(mirror);
        assertThat(recorded(key)).isInstanceOf(MasterKey.Deleted.class);
        assertThat(warnedOf(key)).isEmpty();
    }

    /** When it is to be deleted, as those know who warn. */
    private List<Instant> warnedOf(Ocid id) {
        List<Instant> times = new ArrayList<>();
        due.forEachUntil(Order.ELSEWHERE, Instant.MAX, each -> {
            if (each.id().equals(id)) {
                times.add(each.time());
                assertThat(each.scheduledAt()).isBetween(Instant.now().minusSeconds(600), Instant.now());
            }
        });
        return times;
    }

    @Test
    void aRotationFromHereThatIsFollowedAtOnceIsRecordedOnce() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        Keys.Rotated rotated = requests(wish -> {
                    KeyVersionId made = there.rotate(key);
                    assertThat(follow(mirror)).isEqualTo(1);
                    return made;
                })
                .rotate(key, request());

        assertThat(rotated.version().value().id()).isEqualTo(there.current.get(key));
        assertThat(rotated.version().value().number()).isEqualTo(2);
        assertThat(keys.versionsOf(key)).hasSize(2);
        assertThat(recorded(key).facts().liveVersions()).isEqualTo(2);
    }

    @Test
    void ofRotationsHereAndThereTheOneThatWasTheLastThereIsCurrent() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        Keys requests = requests(wish -> {
            KeyVersionId made = there.rotate(key);
            there.rotate(key);
            follow(mirror);
            return made;
        });

        assertThatThrownBy(() -> requests.rotate(key, request()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.CONFLICT));
        follow(mirror);
        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key));
        assertThat(keys.versionsOf(key)).hasSize(2);
    }

    @Test
    void aLookThatARotationFromHereOvertookMakesNothingCurrent() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        there.rotate(key);
        there.meanwhile = () -> requests(wish -> there.rotate(key)).rotate(key, request());

        follow(mirror);
        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key));
        follow(mirror);
        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key));
        assertThat(keys.versionsOf(key)).hasSize(2);
    }

    @Test
    void theDeletionOfAVersionIsFollowedByTheEventsOfARequest() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        KeyVersionId first = there.current.get(key);
        there.rotate(key);
        follow(mirror);

        there.goes(key, first, RemoteKeys.State.PENDING_DELETION);
        assertThat(follow(mirror)).isEqualTo(1);
        assertThat(deletionTime(key, first)).contains(LATER);
        there.timeOfDeletion = LATER.plus(Duration.ofDays(3));
        assertThat(follow(mirror)).isEqualTo(1);
        assertThat(deletionTime(key, first)).contains(there.timeOfDeletion);
        assertThat(follow(mirror)).isZero();
        there.goes(key, first, RemoteKeys.State.CHANGING);
        assertThat(follow(mirror)).isZero();
        there.goes(key, first, RemoteKeys.State.ENABLED);
        assertThat(follow(mirror)).isEqualTo(1);
        assertThat(version(key, first)).isInstanceOf(KeyVersion.Enabled.class);
        assertThat(keys.material(key, List.of(first)).get(first).material()).isPresent();
        there.goes(key, first, RemoteKeys.State.DELETED);
        assertThat(follow(mirror)).isEqualTo(2);
        assertThat(version(key, first)).isInstanceOf(KeyVersion.Deleted.class);
        assertThat(keys.material(key, List.of(first)).get(first).material()).isEmpty();
        assertThat(recorded(key).facts().liveVersions()).isEqualTo(1);
        assertThat(follow(mirror)).isZero();

        List<String> expected = List.of(
                "KeyVersionScheduledForDeletion",
                "KeyVersionScheduledForDeletion",
                "KeyVersionDeletionCancelled",
                "KeyVersionScheduledForDeletion",
                "KeyVersionDeleted");
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until("the events", () -> events.typesOf(first.value()).size() >= expected.size());
            assertThat(events.typesOf(first.value())).isEqualTo(expected);
        }
    }

    @Test
    void aVersionWhoseTimeOfDeletionIsNotToldEndsAllTheSame() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        KeyVersionId first = there.current.get(key);
        there.rotate(key);
        there.timeOfDeletion = null;
        there.goes(key, first, RemoteKeys.State.PENDING_DELETION);

        assertThat(follow(mirror)).isEqualTo(2);
        assertThat(version(key, first)).isInstanceOf(KeyVersion.PendingDeletion.class);
        assertThat(follow(mirror)).isZero();
    }

    @Test
    void aRotationAndTheDeletionOfWhatItReplacedAreSeenInOneLook() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        KeyVersionId first = there.current.get(key);
        there.rotate(key);
        there.goes(key, first, RemoteKeys.State.PENDING_DELETION);

        assertThat(follow(mirror)).isEqualTo(2);
        assertThat(recorded(key).facts().currentVersion()).isEqualTo(there.current.get(key));
        assertThat(version(key, first)).isInstanceOf(KeyVersion.PendingDeletion.class);
    }

    /** Oracle lists the versions of such a key as going too. */
    @Test
    void versionsThatGoWithTheirKeyAreNotScheduledByThemselves() {
        Mirror mirror = mirror();
        KeyId key = known(mirror);
        KeyVersionId first = there.current.get(key);
        there.rotate(key);
        follow(mirror);
        there.whileVersionsAreListed = () -> {
            there.states.put(key, RemoteKeys.State.PENDING_DELETION);
            there.goes(key, first, RemoteKeys.State.PENDING_DELETION);
        };

        assertThat(follow(mirror)).isEqualTo(1);
        assertThat(recorded(key)).isInstanceOf(MasterKey.PendingDeletion.class);
        assertThat(version(key, first)).isInstanceOf(KeyVersion.Enabled.class);
    }

    private KeyVersion version(KeyId key, KeyVersionId version) {
        return keys.version(key, version).orElseThrow().value();
    }

    private Optional<Instant> deletionTime(KeyId key, KeyVersionId version) {
        return version(key, version).deletionTime();
    }

    /** What serves requests here. */
    private Keys requests(Function<Vault.Wish, KeyVersionId> making) {
        return new Keys(
                keys,
                vaults,
                new Vaults(Map.of(), Map.of(there.vault(), new Adapter(making)), vault -> true),
                destructions,
                mint);
    }

    /** Makes versions as the test says, and nothing else. */
    private record Adapter(Function<Wish, KeyVersionId> making) implements Vault {
        @Override
        public Made generate(Wish wish) {
            return new Made(wish.key(), making.apply(wish), Bytes.copyOf(new byte[] {1}), Optional.empty());
        }

        @Override
        public Made adopt(Wish wish, SecretBytes material) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void destroy(KeyVersionId version) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean holdsMaterial() {
            return false;
        }

        @Override
        public boolean wrapsInMemory(KeyShape shape) {
            return false;
        }
    }

    @Test
    void aVaultThatIsSilentForTooLongIsOutOfReachUntilItAnswers() throws Exception {
        ManualTime time = new ManualTime();
        RemoteVaultReadiness readiness = readiness();
        try (MirrorLoop loop = loop(time)) {
            assertThat(loop.tick()).isEqualTo(Outcome.FOLLOWED);
            assertThat(readiness.call().getData()).isEmpty();
            there.silent = true;
            time.advance(Duration.ofSeconds(59));
            assertThat(loop.tick()).isEqualTo(Outcome.FAILED);
            assertThat(reach.isOutOfReach(there.vault())).isFalse();
            time.advance(Duration.ofSeconds(2));
            assertThat(loop.tick()).isEqualTo(Outcome.STANDS_BACK);
            assertThat(reach.isOutOfReach(there.vault())).isTrue();
            assertThat(loop.tick()).isEqualTo(Outcome.FAILED);
            assertThat(reach.isOutOfReach(there.vault())).isTrue();
            HealthCheckResponse away = readiness.call();
            assertThat(away.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
            assertThat(away.getData()).contains(Map.of("trouble", "REMOTE_VAULT_UNAVAILABLE"));
            there.silent = false;
            assertThat(loop.tick()).isEqualTo(Outcome.STANDS_BACK);
            assertThat(reach.isOutOfReach(there.vault())).isTrue();
            assertThat(loop.tick()).isEqualTo(Outcome.FOLLOWED);
            assertThat(reach.isOutOfReach(there.vault())).isFalse();
            assertThat(readiness.call().getData()).isEmpty();
        }
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until(
                            "the events",
                            () -> events.typesOf(there.vault().value()).contains("VaultInReach"));
            assertThat(events.typesOf(there.vault().value()))
                    .containsExactly("VaultCreated", "VaultOutOfReach", "VaultInReach");
        }
    }

    @Test
    void oneReplicaFollowsAndAnotherTakesOver() {
        TimeSource time = TimeSource.system();
        MirrorLoop first = loop(time);
        try (MirrorLoop second = loop(time)) {
            assertThat(first.tick()).isEqualTo(Outcome.FOLLOWED);
            assertThat(second.tick()).isEqualTo(Outcome.NOT_OURS);
            first.close();
            assertThat(second.tick()).isEqualTo(Outcome.FOLLOWED);
        }
    }

    @Test
    void whoFailsHandsOverToOneThatMayDoBetter() {
        TimeSource time = TimeSource.system();
        boolean[] cutOff = {true};
        Mirror mirror = mirror();
        try (MirrorLoop first = loop(time, (still, states) -> {
                    if (cutOff[0]) {
                        throw new VaultUnavailable("out of reach from here only", null);
                    }
                    return mirror.follow(still, states);
                });
                MirrorLoop second = loop(time)) {
            assertThat(first.tick()).isEqualTo(Outcome.FAILED);
            assertThat(second.tick()).isEqualTo(Outcome.FOLLOWED);
            assertThat(first.tick()).isEqualTo(Outcome.STANDS_BACK);
            assertThat(first.tick()).isEqualTo(Outcome.NOT_OURS);
            cutOff[0] = false;
            there.silent = true;
            assertThat(second.tick()).isEqualTo(Outcome.FAILED);
            there.silent = false;
            assertThat(first.tick()).isEqualTo(Outcome.FOLLOWED);
            assertThat(second.tick()).isEqualTo(Outcome.STANDS_BACK);
            assertThat(second.tick()).isEqualTo(Outcome.NOT_OURS);
        }
    }

    @Test
    void whoLostTheLeadDoesNotSayThatItFollowed() {
        try (MirrorLoop loop = loop(TimeSource.system(), (still, states) -> {
            etcd.commit(Transaction.builder()
                    .delete(Layout.mirrorLeader(there.vault()))
                    .build());
            states.run();
            return 0;
        })) {
            assertThat(loop.tick()).isEqualTo(Outcome.FAILED);
            assertThat(etcd.get(Layout.mirrorFollowed(there.vault()))).isEmpty();
        }
    }

    private RemoteVaultReadiness readiness() {
        Remote remote = new Remote(
                new BuiltInVault(TestRootKeys.of(1)),
                there,
                Samples.COMPARTMENT,
                "oracle",
                Duration.ofSeconds(10),
                Duration.ofMinutes(1));
        return new RemoteVaultReadiness(new RemoteVaults(List.of(remote)), reach);
    }

    private MirrorLoop loop(TimeSource time) {
        return loop(time, mirror()::follow);
    }

    private MirrorLoop loop(TimeSource time, MirrorLoop.Follow follow) {
        return new MirrorLoop(there.vault(), follow, etcd, reach, time, INTERVAL, Duration.ofMinutes(1));
    }

    /** A vault whose keys are what the test says. */
    private static final class Elsewhere implements RemoteKeys {
        private final VaultId id;
        private final Map<KeyId, State> states = new LinkedHashMap<>();
        private final Map<KeyId, KeyVersionId> current = new LinkedHashMap<>();
        private final Map<KeyId, Map<KeyVersionId, State>> versions = new LinkedHashMap<>();

        /** Null while the vault does not tell. */
        private @Nullable Instant timeOfDeletion = LATER;

        private boolean hidden;
        private boolean unlisted;
        private boolean silent;
        /** Answers listings only. */
        private boolean mute;
        /** What happens, once, while a version is asked for. */
        private Runnable meanwhile = () -> {};
        /** Likewise, while versions are listed. */
        private Runnable whileVersionsAreListed = () -> {};

        private int calls;
        /** What passes with each look at one key. */
        private Runnable look = () -> {};

        Elsewhere(VaultId id) {
            this.id = id;
        }

        KeyId make() {
            KeyId key = Samples.MINT.key(id);
            states.put(key, State.ENABLED);
            rotate(key);
            return key;
        }

        KeyVersionId rotate(KeyId key) {
            KeyVersionId made = Samples.MINT.keyVersion(id);
            current.put(key, made);
            goes(key, made, State.ENABLED);
            return made;
        }

        void goes(KeyId key, KeyVersionId version, State state) {
            versions.computeIfAbsent(key, none -> new LinkedHashMap<>()).put(version, state);
        }

        private void call() {
            calls++;
            if (silent) {
                throw new VaultUnavailable("silent", null);
            }
        }

        @Override
        public VaultId vault() {
            return id;
        }

        @Override
        public List<Summary> list() {
            call();
            return hidden || unlisted
                    ? List.of()
                    : states.entrySet().stream()
                            .map(each -> new Summary(each.getKey(), each.getValue()))
                            .toList();
        }

        @Override
        public Optional<Detail> find(KeyId key) {
            call();
            look.run();
            if (mute) {
                throw new VaultUnavailable("mute", null);
            }
            State state = states.get(key);
            return hidden || state == null
                    ? Optional.empty()
                    : Optional.of(new Detail(
                            key,
                            state,
                            "a key elsewhere",
                            KeyShape.AES_256,
                            ProtectionMode.HSM,
                            current.get(key),
                            timeOfDeletion(state)));
        }

        private Optional<Instant> timeOfDeletion(State state) {
            return state == State.PENDING_DELETION ? Optional.ofNullable(timeOfDeletion) : Optional.empty();
        }

        @Override
        public List<Version> versions(KeyId key) {
            call();
            look.run();
            if (mute) {
                throw new VaultUnavailable("mute", null);
            }
            Runnable now = whileVersionsAreListed;
            whileVersionsAreListed = () -> {};
            now.run();
            return hidden
                    ? List.of()
                    : versions.getOrDefault(key, Map.of()).entrySet().stream()
                            .map(each -> new Version(each.getKey(), each.getValue(), timeOfDeletion(each.getValue())))
                            .toList();
        }

        @Override
        public Adopted adopt(KeyId key, KeyVersionId version) {
            call();
            Runnable now = meanwhile;
            meanwhile = () -> {};
            now.run();
            return new Adopted(
                    Bytes.copyOf(version.value().getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                    Optional.empty());
        }
    }
}
