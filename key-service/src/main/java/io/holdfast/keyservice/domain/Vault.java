package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;

/**
 * A vault: the place where master keys are made. One record per state; today a vault is ACTIVE from its creation on, and
 * the deletion of vaults adds its states here.
 */
public sealed interface Vault {

    Facts facts();

    /** OCI's lifecycleState. */
    String lifecycleState();

    default VaultId id() {
        return facts().id();
    }

    /**
     * What does not change with the state.
     *
     * @param type OCI's vaultType, DEFAULT
     */
    record Facts(
            VaultId id,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String displayName,
            String type,
            KeyId wrappingKeyId,
            Instant timeCreated,
            Tags tags) {}

    /** Keys can be made and used in it. */
    record Active(Facts facts) implements Vault {
        @Override
        public String lifecycleState() {
            return "ACTIVE";
        }
    }
}
