package io.holdfast.keyservice.health;

import io.holdfast.keyservice.deletion.Sweeper;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Says whether the wall clock is believed. Ready either way: what is held back is work of the service's own. */
@Readiness
@ApplicationScoped
public class ClockReadiness implements HealthCheck {
    private final Sweeper sweeper;

    public ClockReadiness(Sweeper sweeper) {
        this.sweeper = sweeper;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("clock");
        return sweeper.held()
                ? Trouble.CLOCK_NOT_TRUSTED.found(check)
                : check.up().build();
    }
}
