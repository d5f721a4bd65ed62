package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.events.Family;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import io.holdfast.keyservice.identity.Identities.RevokedTokens;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RevocationsTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant NOW = Instant.now();
    private static final Bytes DAMAGED = Bytes.copyOf("{".getBytes(StandardCharsets.UTF_8));
    private static final String ID = "abcdefghijklmnopqrstuv";

    private static TestStore etcd;
    private static Identity identity;
    private static TokenRevocations revocations;

    private final UserId user = MINT.user();

    @BeforeAll
    static void open() {
        etcd = TestStore.open();
        StateRevision state = new StateRevision() {
            @Override
            public long current() {
                return etcd.store().get(KEY).map(StoredValue::modRevision).orElse(0L);
            }

            @Override
            public Consumer<Transaction.Builder> raise() {
                return transaction -> transaction.put(KEY, Bytes.copyOf(new byte[1]));
            }
        };
        identity = new Identity(
                etcd.store(),
                state,
                new EtcdOutbox("/test", Set.of(Family.IDENTITY), TimeSource.system()),
                new NoDynamicGroups(),
                PolicyContext.ALONE);
        revocations = new TokenRevocations(identity, state);
    }

    @AfterAll
    static void close() {
        etcd.close();
    }

    @Test
    void damagedRevocationStillRevokes() {
        IdentitySnapshot snapshot =
                snapshot(true, new StoredValue(IdentityLayout.revokedToken(user, ID), DAMAGED, 1, 1));

        assertThat(snapshot.isRevoked(user, ID, NOW)).isTrue();
        assertThat(snapshot.isRevoked(user, "another-token-of-the-user", NOW)).isFalse();
        assertThat(snapshot.isRevoked(MINT.user(), ID, NOW)).isFalse();
    }

    @Test
    void damagedRevocationOfAllRevokesAll() {
        IdentitySnapshot snapshot =
                snapshot(true, new StoredValue(IdentityLayout.tokensRevokedBefore(user), DAMAGED, 1, 1));

        assertThat(snapshot.isRevoked(user, ID, NOW.plus(Duration.ofDays(1)))).isTrue();
        assertThat(snapshot.isRevoked(MINT.user(), ID, NOW)).isFalse();
    }

    @Test
    void keyRevokesWhateverTheValueNames() {
        IdentitySnapshot snapshot = snapshot(
                true,
                new StoredValue(
                        IdentityLayout.revokedToken(user, ID),
                        IdentityDocuments.write(
                                new RevokedToken(MINT.user(), "another-token-of-another", NOW.plusSeconds(60))),
                        1,
                        1));

        assertThat(snapshot.isRevoked(user, ID, NOW)).isTrue();
    }

    @Test
    void revocationsOfTokensThatHaveEndedAreLeftOut() {
        StoredValue one = new StoredValue(
                IdentityLayout.revokedToken(user, ID),
                IdentityDocuments.write(new RevokedToken(user, ID, NOW.minusSeconds(1))),
                1,
                1);
        StoredValue all = new StoredValue(
                IdentityLayout.tokensRevokedBefore(user),
                IdentityDocuments.write(new RevokedTokens(user, NOW.minusSeconds(3_601), NOW.minusSeconds(1))),
                1,
                1);

        IdentitySnapshot snapshot = snapshot(true, one, all);

        assertThat(snapshot.isRevoked(user, ID, NOW.minusSeconds(4_000))).isFalse();
        assertThat(snapshot.revocationsOver()).containsExactly(one.key(), all.key());
    }

    @Test
    void noTokenHoldsWhenNotAllRevocationsWereRead() {
        assertThat(snapshot(false).isRevoked(user, ID, NOW)).isTrue();
    }

    @Test
    void userOverTheQuotaLosesWhatWasIssuedUntilNow() {
        User alice = add();
        for (int i = 0; i < TokenRevocations.PER_USER; i++) {
            revoke(alice, "token-that-was-never-issued-" + i);
        }
        assertThat(revoked(alice, ID, Instant.now())).isFalse();

        revoke(alice, ID);

        assertThat(revoked(alice, ID, Instant.now())).isTrue();
        assertThat(revoked(alice, "token-that-was-never-issued-0", Instant.now()))
                .isTrue();
        // What is issued later holds, and others have not noticed.
        assertThat(revoked(alice, "issued-later", Instant.now().plusSeconds(60)))
                .isFalse();
        assertThat(revoked(add(), ID, Instant.now())).isFalse();
        // One record has taken the place of many.
        assertThat(store().count(IdentityLayout.REVOKED_TOKENS + alice.id().value() + "/"))
                .isZero();
        assertThat(identity.current().identity().activeUser(alice.id())).isPresent();
    }

    @Test
    void revokedTwiceIsOneChange() {
        User bob = add();
        long first = revoke(bob, ID);

        assertThat(revoke(bob, ID)).isEqualTo(first);
    }

    @Test
    void whatIsOverIsSweptByTheNext() {
        User carol = add();
        String over = IdentityLayout.revokedToken(carol.id(), "token-that-ended-by-itself");
        identity.change(view -> Optional.of(new Identity.Change<Long>(
                it -> it.put(
                        over,
                        IdentityDocuments.write(
                                new RevokedToken(carol.id(), "token-that-ended-by-itself", NOW.minusSeconds(1)))),
                List.of(),
                revision -> revision)));

        revoke(carol, ID);

        assertThat(store().get(over)).isEmpty();
        assertThat(revoked(carol, ID, Instant.now())).isTrue();
    }

    private static long revoke(User user, String id) {
        return revocations.revoke(
                user.tenancyId(),
                user.id(),
                id,
                Instant.now().plus(TokenRevocations.LONGEST_LIFETIME),
                user.id().value());
    }

    private static boolean revoked(User user, String id, Instant issuedAt) {
        return identity.current().identity().isRevoked(user.id(), id, issuedAt);
    }

    private static KeyValueStore store() {
        return etcd.store();
    }

    private static User add() {
        User user = new User(MINT.user(), MINT.tenancy(), "a user", "a user", true, NOW);
        return identity.<User>change(view -> Optional.of(new Identity.Change<>(
                        it -> it.put(IdentityLayout.user(user.id()), IdentityDocuments.write(user)),
                        List.of(),
                        revision -> user)))
                .orElseThrow();
    }

    private static IdentitySnapshot snapshot(boolean all, StoredValue... revocations) {
        return new IdentitySnapshot(
                List.of(), List.of(revocations), all, NOW, new NoDynamicGroups(), Installations.NONE);
    }
}
