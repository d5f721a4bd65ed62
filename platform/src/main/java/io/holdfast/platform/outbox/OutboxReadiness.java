package io.holdfast.platform.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while every relay's thread runs. A Kafka that does not answer, or is behind, is shown in the data by its kind, and
 * no reason to take traffic away: events wait safely beside the state.
 */
@Readiness
@ApplicationScoped
public class OutboxReadiness implements HealthCheck {
    private final OutboxService service;

    @Inject
    public OutboxReadiness(OutboxService service) {
        this.service = service;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("outbox");
        boolean alive = true;
        for (OutboxRelay relay : service.relays()) {
            alive &= relay.alive();
            answer.withData(relay.family().source(), relay.state().name());
            relay.trouble().ifPresent(trouble -> answer.withData(relay.family().source() + " trouble", trouble.name()));
        }
        return answer.status(alive).build();
    }
}
