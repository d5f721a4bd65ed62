package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;
import java.util.Optional;

/**
 * A cluster in one of its lifecycle states (OCI Container Engine, ClusterLifecycleState). The methods of a state are its
 * legal transitions:
 *
 * <pre>
 * CREATING -> ACTIVE | FAILED | DELETING
 * ACTIVE   -> UPDATING | DELETING
 * UPDATING -> ACTIVE
 * FAILED   -> DELETING
 * DELETING -> DELETED
 * </pre>
 */
public sealed interface Cluster {

    Facts facts();

    /** The OCI lifecycle state. */
    String lifecycleState();

    /** Where the Kubernetes API answers; empty before it was opened. */
    Optional<String> endpoint();

    default ClusterId id() {
        return facts().id();
    }

    /** A state from which deletion may begin. */
    sealed interface Deletable extends Cluster {
        default Deleting delete(Actor actor) {
            return new Deleting(facts(), endpoint(), actor);
        }
    }

    /**
     * What is true in every state.
     *
     * @param keyId the master key; never changes (OCI: the key of a cluster can't be changed after creation)
     * @param updated the newest update, empty before the first
     */
    record Facts(
            ClusterId id,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String name,
            VcnId vcnId,
            KubernetesVersion version,
            KeyId keyId,
            BindingId bindingId,
            Wishes wishes,
            Actor created,
            Optional<Actor> updated) {

        Facts with(Change change, Actor actor) {
            return new Facts(
                    id,
                    tenancyId,
                    compartmentId,
                    change.name(),
                    vcnId,
                    change.version().orElse(version),
                    keyId,
                    bindingId,
                    change.wishes(),
                    created,
                    Optional.of(actor));
        }
    }

    /** Bound to its key; its Kubernetes endpoint is being opened. */
    record Creating(Facts facts) implements Deletable {
        public Active open(String endpoint) {
            return new Active(facts, Optional.of(endpoint));
        }

        public Failed fail(String why) {
            return new Failed(facts, why);
        }

        @Override
        public String lifecycleState() {
            return "CREATING";
        }

        @Override
        public Optional<String> endpoint() {
            return Optional.empty();
        }
    }

    record Active(Facts facts, Optional<String> endpoint) implements Deletable {
        public Updating update(Change change, Actor actor) {
            return new Updating(facts, endpoint, change, actor);
        }

        @Override
        public String lifecycleState() {
            return "ACTIVE";
        }
    }

    /** As before; the change is not made yet. */
    record Updating(Facts facts, Optional<String> endpoint, Change change, Actor actor) implements Cluster {
        /** The change is made. */
        public Active complete() {
            return new Active(facts.with(change, actor), endpoint);
        }

        /** The change is refused: all stays as it was. */
        public Active refuse() {
            return new Active(facts, endpoint);
        }

        @Override
        public String lifecycleState() {
            return "UPDATING";
        }
    }

    /** The binding is being released. */
    record Deleting(Facts facts, Optional<String> endpoint, Actor actor) implements Cluster {
        public Deleted complete(Instant at) {
            return new Deleted(facts, new Actor(actor.userId(), actor.workRequestId(), at));
        }

        @Override
        public String lifecycleState() {
            return "DELETING";
        }
    }

    /** Gone; readable for the record. */
    record Deleted(Facts facts, Actor deleted) implements Cluster {
        @Override
        public String lifecycleState() {
            return "DELETED";
        }

        @Override
        public Optional<String> endpoint() {
            return Optional.empty();
        }
    }

    /** Could not be created. */
    record Failed(Facts facts, String why) implements Deletable {
        @Override
        public String lifecycleState() {
            return "FAILED";
        }

        @Override
        public Optional<String> endpoint() {
            return Optional.empty();
        }
    }
}
