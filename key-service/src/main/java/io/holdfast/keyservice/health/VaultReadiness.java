package io.holdfast.keyservice.health;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.vault.BuiltInVault;
import io.holdfast.keyservice.vault.Vault;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready while the built-in vault works: it makes the material of a key that is kept nowhere, seals it under the root key and
 * opens it again, all in memory.
 */
@Readiness
@ApplicationScoped
public class VaultReadiness implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(VaultReadiness.class);
    private static final KeyShape SHAPE = new KeyShape(KeyShape.Algorithm.AES, 32);

    private final BuiltInVault vault;
    private final Vault.Wish wish;

    /** @param vault unmeasured: a look is no call of a client's */
    public VaultReadiness(BuiltInVault vault, Ocid.Mint mint) {
        this.vault = vault;
        VaultId nowhere = mint.vault();
        this.wish = new Vault.Wish(
                mint.key(nowhere), mint.keyVersion(nowhere), SHAPE, "readiness", ProtectionMode.SOFTWARE, true);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("vault");
        try {
            Vault.Made made = vault.generate(wish);
            vault.open(made.key(), made.version(), SHAPE, made.stored()).close();
            return check.up().build();
        } catch (RuntimeException e) {
            // Whatever it was: a vault that can't do this can't be used.
            LOG.warn("The built-in vault does not work", e);
            return Trouble.VAULT_UNAVAILABLE.found(check);
        }
    }
}
