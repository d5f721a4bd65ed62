package io.holdfast.clusterservice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private static final Instant AT = Instant.parse("2026-11-24T20:00:00Z");
    private final Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
    private final Wishes wishes =
            new Wishes("BASIC_CLUSTER", Map.of(), Map.of(), Map.of(), List.of(), Map.of(), Map.of());
    private final Actor creator = new Actor("user-1", mint.workRequest(), AT);
    private final Cluster.Creating creating = new Cluster.Creating(new Cluster.Facts(
            mint.cluster(),
            mint.tenancy(),
            mint.compartment(),
            "acme",
            new VcnId("ocid1.vcn.oc1.iad.aaaa"),
            KubernetesVersion.parse("v1.33.1"),
            mint.key(mint.vault()),
            mint.binding(),
            wishes,
            creator,
            Optional.empty()));

    @Test
    void completesAnUpgrade() {
        Cluster.Active active = creating.open("https://127.0.0.1:6443");
        Change change = new Change("acme-2", Optional.of(KubernetesVersion.parse("v1.34.1")), wishes);
        Cluster.Updating updating = active.update(change, new Actor("user-2", mint.workRequest(), AT.plusSeconds(5)));
        assertThat(updating.facts().version()).isEqualTo(KubernetesVersion.parse("v1.33.1"));
        Cluster.Active upgraded = updating.complete();
        assertThat(upgraded.facts().version()).isEqualTo(KubernetesVersion.parse("v1.34.1"));
        assertThat(upgraded.facts().name()).isEqualTo("acme-2");
        assertThat(upgraded.facts().updated())
                .hasValueSatisfying(actor -> assertThat(actor.userId()).isEqualTo("user-2"));
        assertThat(upgraded.endpoint()).contains("https://127.0.0.1:6443");
    }

    @Test
    void keepsAllWhenAnUpgradeIsRefused() {
        Cluster.Active active = creating.open("https://127.0.0.1:6443");
        Change change = new Change("acme-2", Optional.of(KubernetesVersion.parse("v1.34.1")), wishes);
        assertThat(active.update(change, creator).refuse()).isEqualTo(active);
    }

    @Test
    void keepsWhoDeletedItAndWhen() {
        Actor actor = new Actor("user-3", mint.workRequest(), AT);
        Cluster.Deleted deleted = creating.delete(actor).complete(AT.plusSeconds(9));
        assertThat(deleted.lifecycleState()).isEqualTo("DELETED");
        assertThat(deleted.endpoint()).isEmpty();
        assertThat(deleted.deleted()).isEqualTo(new Actor("user-3", actor.workRequestId(), AT.plusSeconds(9)));
    }

    @Test
    void finishesAWorkRequestTogetherWithItsTime() {
        WorkRequest.Accepted accepted = accepted();
        assertThat(accepted.timeFinished()).isEmpty();
        assertThat(accepted.actionType()).isEqualTo("IN_PROGRESS");
        WorkRequest.InProgress started = accepted.start(AT.plusSeconds(1), "begun");
        assertThat(started.start(AT.plusSeconds(3), "again")).isSameAs(started);
        WorkRequest.Succeeded done = started.succeed(AT.plusSeconds(2), "done");
        assertThat(done.status()).isEqualTo("SUCCEEDED");
        assertThat(done.timeFinished()).contains(AT.plusSeconds(2));
        assertThat(done.actionType()).isEqualTo("UPDATED");
        WorkRequest.Failed failed = started.fail(AT.plusSeconds(2), "Conflict", "the key is disabled");
        assertThat(failed.timeFinished()).contains(AT.plusSeconds(2));
        assertThat(failed.errors())
                .containsExactly(new WorkRequest.Failure(AT.plusSeconds(2), "Conflict", "the key is disabled"));
        assertThat(failed.actionType()).isEqualTo("FAILED");
    }

    private WorkRequest.Accepted accepted() {
        return WorkRequest.accept(
                mint.workRequest(),
                WorkRequest.Operation.CLUSTER_UPDATE,
                creating.facts().compartmentId(),
                creating.id(),
                AT,
                "user-1");
    }
}
