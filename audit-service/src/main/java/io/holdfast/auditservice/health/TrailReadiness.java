package io.holdfast.auditservice.health;

import io.holdfast.auditservice.trail.Trail;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while PostgreSQL answers: without it neither questions nor events are served. Kafka is no part of it: the trail can
 * be read without.
 */
@Readiness
@ApplicationScoped
public class TrailReadiness implements HealthCheck {
    private final Trail trail;
    private final TrailFigures figures;

    @Inject
    TrailReadiness(Trail trail, TrailFigures figures) {
        this.trail = trail;
        this.figures = figures;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            Trail.Extent extent = trail.extent();
            figures.show(extent);
            return HealthCheckResponse.named("trail")
                    .up()
                    .withData("entries", extent.head().position())
                    .withData("findings", extent.findings())
                    .withData("deadLetters", extent.deadLetters())
                    .build();
        } catch (StoreUnavailable unavailable) {
            return HealthCheckResponse.named("trail")
                    .down()
                    .withData("reason", "PostgreSQL does not answer")
                    .build();
        }
    }
}
