package io.holdfast.clusterservice.keys;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.platform.http.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The owner of bindings and keys. Calls block, bounded by a deadline; every method throws {@link KeyServiceUnavailable}
 * when key-service does not answer, and TOO_MANY_REQUESTS when it has too much to do: then nothing was done.
 */
public interface KeyService {

    /** Reserves a key for a new cluster; idempotent by cluster. */
    BindOutcome bind(Wish wish);

    /** RESERVED to ACTIVE; idempotent. False when the binding is released or unknown: the cluster can't become active. */
    boolean activate(BindingId binding);

    /** To RELEASED, from any state; idempotent. An unknown binding is released. */
    void release(BindingId binding);

    /** The binding that a cluster holds of a key, if any. */
    Optional<BindingId> held(KeyId key, ClusterId cluster);

    /** Whether the binding's key may be used now. */
    Grant grant(BindingId binding);

    /**
     * A kubectl token for a user and a cluster.
     *
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED when there is no such active user any more
     */
    KubectlToken issueToken(Caller user, ClusterId cluster, Duration lifetime);

    /**
     * @param tenancyId of the compartment
     * @param requestedBy may be of another tenancy
     */
    record Wish(
            ClusterId clusterId, CompartmentId compartmentId, TenancyId tenancyId, KeyId keyId, Caller requestedBy) {}

    sealed interface BindOutcome {}

    record Bound(BindingId bindingId) implements BindOutcome {}

    /** @param message a sentence for the user */
    record Refused(Why why, String message) implements BindOutcome {}

    enum Why {
        KEY_NOT_FOUND,
        KEY_NOT_ENABLED,
        NOT_PERMITTED,
        KEY_UNSUITABLE
    }

    sealed interface Grant {}

    record Allowed() implements Grant {}

    /**
     * @param denial as in the access contract, for example KEY_PENDING_DELETION
     * @param keyState OCI lifecycle state, empty when not known
     * @param reason for people, with the way back
     */
    record Withheld(String denial, String keyState, Optional<Instant> timeOfDeletion, String reason) implements Grant {}

    /** The bearer token of one user for one cluster. */
    record KubectlToken(String token, Instant expiresAt) {
        /** Without the token. */
        @Override
        public String toString() {
            return "KubectlToken[expiresAt=" + expiresAt + "]";
        }
    }
}
