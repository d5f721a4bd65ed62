package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.events.Family;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.HandHeldRevision;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.platform.outbox.EtcdOutbox;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a replica answers that has not heard of the newest changes yet. */
class HeldIdentityTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final TestStore etcd = TestStore.open();
    private final TenancyId tenancy = MINT.tenancy();
    private final HandHeldRevision state = new HandHeldRevision(etcd.store());
    private final Identity here = identity(state);
    /** Of another replica. */
    private final Identity there = identity(new HandHeldRevision(etcd.store()));

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void theViewStaysWhileTheHeldRevisionDoes() throws Exception {
        Identity.View before = here.current();
        state.hold(before.stateRevision());

        User user = add(newKey());

        assertThat(here.held()).isSameAs(before);
        assertThat(here.held().identity().user(user.id())).isEmpty();
    }

    @Test
    void theViewGoesWithTheHeldRevision() throws Exception {
        state.hold(here.current().stateRevision());
        User user = add(newKey());

        state.hold(state.current());

        assertThat(here.held().identity().user(user.id())).isPresent();
    }

    @Test
    void aKeyThatIsNotInTheHeldViewIsLookedForInTheNewest() throws Exception {
        state.hold(here.current().stateRevision());
        RsaPublicKey key = newKey();
        User user = add(key);

        assertThat(here.find(new KeyReference(tenancy, user.id(), key.fingerprint())))
                .isPresent();
    }

    private User add(RsaPublicKey key) {
        return TestUsers.add(there, MINT, tenancy, "readers", key);
    }

    private Identity identity(StateRevision revision) {
        return new Identity(
                etcd.store(),
                revision,
                new EtcdOutbox("/test", Set.of(Family.IDENTITY), TimeSource.system()),
                new NoDynamicGroups(),
                PolicyContext.ALONE);
    }

    private static RsaPublicKey newKey() throws Exception {
        return RsaPublicKey.fromPem(Signer.pem(Signer.rsa(2048)));
    }
}
