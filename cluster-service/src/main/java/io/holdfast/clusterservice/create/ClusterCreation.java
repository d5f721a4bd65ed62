package io.holdfast.clusterservice.create;

import io.holdfast.clusterservice.config.ClustersConfig;
import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.Intent;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.VcnId;
import io.holdfast.clusterservice.domain.Wishes;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.events.ClusterEvent.ClusterCreated;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessUnavailable;
import io.holdfast.platform.access.StandingRight;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Creates clusters (step 3 of the way of a secret).
 *
 * <p>The intent is written before key-service is asked for the binding and removed in the transaction that writes the
 * cluster, so that a crash at any point leaves either a whole cluster or an intent that {@link LeftOverIntents} undoes.
 */
@ApplicationScoped
public class ClusterCreation {
    private static final Logger LOG = Logger.getLogger(ClusterCreation.class);

    private final ClusterStore store;
    private final KeyService keys;
    private final Ocid.Mint mint;
    private final TimeSource time;
    private final ClustersConfig config;

    public ClusterCreation(
            ClusterStore store, KeyService keys, Ocid.Mint mint, TimeSource time, ClustersConfig config) {
        this.store = store;
        this.keys = keys;
        this.mint = mint;
        this.time = time;
        this.config = config;
    }

    /**
     * A validated request of an authorized caller.
     *
     * @param tenancyId of the compartment, whoever the caller is
     */
    public record Request(
            Caller caller,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String name,
            VcnId vcnId,
            KubernetesVersion version,
            KeyId keyId,
            Wishes wishes) {}

    /** What a creation made. */
    public record Made(ClusterId clusterId, WorkRequestId workRequestId) {}

    /**
     * @param right of the caller; it must stand when the cluster is recorded, as the key was asked for in between
     * @param also given what is being made: what else must hold and be written in the same transaction
     * @return empty when {@code also} did not hold; nothing was made then
     * @throws ProblemException the key's refusal, what the right's loss is answered with, or SERVICE_UNAVAILABLE when the outcome is not known; nothing that
     *     stays was made
     */
    public Optional<Made> create(
            Request request, StandingRight right, Function<Made, Consumer<Transaction.Builder>> also) {
        if (store.countIn(request.compartmentId()) >= config.perCompartment()) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "The compartment has reached the limit of " + config.perCompartment() + " clusters");
        }
        Made made = new Made(mint.cluster(), mint.workRequest());
        Instant now = now();
        Stored<Intent> intent = store.intend(new Intent(made.clusterId(), request.keyId(), now, false));
        // When this throws, the outcome is not known: the intent stays for the sweeper.
        KeyService.BindOutcome outcome = keys.bind(new KeyService.Wish(
                made.clusterId(), request.compartmentId(), request.tenancyId(), request.keyId(), request.caller()));
        return switch (outcome) {
            case KeyService.Bound bound -> record(request, right, made, intent, bound.bindingId(), also.apply(made));
            case KeyService.Refused refused -> {
                store.withdraw(intent);
                throw problem(refused);
            }
        };
    }

    private Optional<Made> record(
            Request request,
            StandingRight right,
            Made made,
            Stored<Intent> intent,
            BindingId binding,
            Consumer<Transaction.Builder> also) {
        Instant now = now();
        Cluster.Creating cluster = new Cluster.Creating(new Cluster.Facts(
                made.clusterId(),
                request.tenancyId(),
                request.compartmentId(),
                request.name(),
                request.vcnId(),
                request.version(),
                request.keyId(),
                binding,
                request.wishes(),
                new Actor(request.caller().id(), made.workRequestId(), now),
                Optional.empty()));
        WorkRequest.InProgress work = WorkRequest.accept(
                        made.workRequestId(),
                        WorkRequest.Operation.CLUSTER_CREATE,
                        request.compartmentId(),
                        made.clusterId(),
                        now,
                        request.caller().id())
                .start(now, "The cluster is bound to its master key; its Kubernetes endpoint is being opened.");
        ClusterCreated event = new ClusterCreated(
                made.clusterId(),
                request.name(),
                request.compartmentId(),
                request.tenancyId(),
                request.version().toString(),
                request.keyId(),
                binding,
                request.caller().id());
        AtomicBoolean begun = new AtomicBoolean();
        try {
            if (right.holding(() -> {
                begun.set(true);
                return store.create(intent, cluster, work, also, event);
            })) {
                return Optional.of(made);
            }
        } catch (OutcomeUnknown e) {
            if (store.cluster(made.clusterId()).isPresent()) {
                return Optional.of(made);
            }
            // It may still be applied, so the binding must stay: the sweeper decides when that can't be any more.
            throw new ProblemException(
                    ProblemCode.SERVICE_UNAVAILABLE, ProblemCode.SERVICE_UNAVAILABLE.defaultMessage(), e);
        } catch (ProblemException | AccessUnavailable refused) {
            if (!begun.get()) {
                withdraw(binding, intent, refused);
            }
            throw refused;
        }
        LOG.infof(
                "creation of %s gave way to another request or to the sweeper",
                made.clusterId().value());
        keys.release(binding);
        store.withdraw(intent);
        return Optional.empty();
    }

    /** The refusal is what is answered: what can't be undone now is undone by the sweeper. */
    private void withdraw(BindingId binding, Stored<Intent> intent, RuntimeException refused) {
        try {
            keys.release(binding);
            store.withdraw(intent);
        } catch (RuntimeException later) {
            refused.addSuppressed(later);
        }
    }

    /** The answer for a key that can't be used (OCI documentation, "API Errors"; what waiting can't cure is no IncorrectState). */
    private static ProblemException problem(KeyService.Refused refused) {
        return switch (refused.why()) {
            case KEY_NOT_FOUND, NOT_PERMITTED ->
                new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND, refused.message());
            case KEY_NOT_ENABLED -> new ProblemException(ProblemCode.CONFLICT, refused.message());
            case KEY_UNSUITABLE -> ProblemException.invalid("kmsKeyId", "is unsuitable: " + refused.message());
        };
    }

    private Instant now() {
        return time.wall().truncatedTo(ChronoUnit.MILLIS);
    }
}
