package io.holdfast.platform.grpc;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jboss.logging.Logger;

/**
 * Whether this service is ready, as {@code /q/health/ready} says it, for who asks over gRPC: all readiness checks at once,
 * at most once in {@link #HOLDS}, however many ask.
 */
@Singleton
public class Readiness {
    /** How long an answer is given again. */
    static final Duration HOLDS = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(Readiness.class);

    private final Iterable<HealthCheck> checks;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ready;
    private long until;
    private boolean asked;

    @Inject
    Readiness(@org.eclipse.microprofile.health.Readiness jakarta.enterprise.inject.Instance<HealthCheck> checks) {
        this((Iterable<HealthCheck>) checks);
    }

    Readiness(Iterable<HealthCheck> checks) {
        this.checks = checks;
    }

    /** Blocks while the checks run. */
    public boolean ready() {
        lock.lock();
        try {
            if (!asked || System.nanoTime() - until >= 0) {
                ready = allUp();
                asked = true;
                until = System.nanoTime() + HOLDS.toNanos();
            }
            return ready;
        } finally {
            lock.unlock();
        }
    }

    private boolean allUp() {
        for (HealthCheck check : checks) {
            try {
                if (check.call().getStatus() != HealthCheckResponse.Status.UP) {
                    return false;
                }
            } catch (RuntimeException failure) {
                LOG.warn("A readiness check failed", failure);
                return false;
            }
        }
        return true;
    }
}
