package io.holdfast.keyservice.health;

import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.vault.RemoteVaults;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Says whether every vault elsewhere is in reach, as those who follow them have recorded it: a look asks no vault. Ready
 * either way: without one only its own keys are away.
 */
@Readiness
@ApplicationScoped
public class RemoteVaultReadiness implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(RemoteVaultReadiness.class);

    private final RemoteVaults remotes;
    private final VaultReach reach;

    public RemoteVaultReadiness(RemoteVaults remotes, VaultReach reach) {
        this.remotes = remotes;
        this.reach = reach;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("vaults elsewhere");
        try {
            return remotes.vaults().stream()
                            .anyMatch(each -> reach.isOutOfReach(each.keys().vault()))
                    ? Trouble.REMOTE_VAULT_UNAVAILABLE.found(check)
                    : check.up().build();
        } catch (StoreUnavailable e) {
            // Nothing is known of the vaults; the store's own check names the trouble.
            LOG.debugv("Whether vaults elsewhere are in reach is unknown. cause={0}", e.getMessage());
            return check.up().build();
        }
    }
}
