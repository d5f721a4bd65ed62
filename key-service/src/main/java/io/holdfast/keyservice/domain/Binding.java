package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;

/**
 * The one record that says which cluster uses which master key. The methods of a state are its legal transitions:
 * RESERVED to ACTIVE, and either of them to RELEASED.
 */
public sealed interface Binding {

    Facts facts();

    default BindingId id() {
        return facts().id();
    }

    /** A binding that holds on to its key. */
    sealed interface Held extends Binding {
        default Released release() {
            return new Released(facts());
        }
    }

    /**
     * What does not change with the state.
     *
     * @param clusterId the subject
     * @param mode "direct": the master key itself wraps data keys; "hierarchical": a key-encryption key does
     * @param custodian the service that wraps and unwraps on the subject's behalf
     */
    record Facts(
            BindingId id,
            ClusterId clusterId,
            CompartmentId clusterCompartmentId,
            TenancyId tenancyId,
            KeyId keyId,
            String mode,
            String custodian,
            Instant timeCreated) {
        public static final String DIRECT = "direct";
        public static final String HIERARCHICAL = "hierarchical";
    }

    /** Made for a cluster that is being created. */
    record Reserved(Facts facts) implements Held {
        public Active activate() {
            return new Active(facts);
        }
    }

    record Active(Facts facts) implements Held {}

    /** The end: it opens nothing any more. */
    record Released(Facts facts) implements Binding {}
}
