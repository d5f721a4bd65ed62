package io.holdfast.keyservice.health;

import io.holdfast.keyservice.vault.VaultStart.Hsm;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Says whether the HSM can be used, where there is one. Ready either way: without it only its own keys are away. */
@Readiness
@ApplicationScoped
public class HsmReadiness implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(HsmReadiness.class);
    /** Who looks must have the page before it gives up on it: a second, where Kubernetes is not told otherwise. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Hsm hsm;

    public HsmReadiness(Hsm hsm) {
        this.hsm = hsm;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("hsm");
        try {
            hsm.device().ifPresent(device -> device.requireAnswer(PATIENCE));
            return check.up().build();
        } catch (RuntimeException e) {
            // Whatever it was: a token that can't do this can't be used.
            LOG.warnv("The HSM can''t be used. why={0} cause={1}", e.getMessage(), e.getCause());
            return Trouble.HSM_UNAVAILABLE.found(check);
        }
    }
}
