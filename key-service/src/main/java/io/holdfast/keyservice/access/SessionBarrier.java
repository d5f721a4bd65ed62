package io.holdfast.keyservice.access;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;

/**
 * The barrier over the sessions of this process, of its predecessor, and of the other replicas.
 *
 * <ul>
 *   <li>Own sessions: told at once, and awaited until each has acknowledged the revision or its deadline has passed.
 *   <li>A predecessor's sessions are unknown. It answered no Ping after this process began, so a term after that they are
 *       over.
 *   <li>Other replicas' sessions are not seen from here. While there are any, the barrier waits a whole term from now: a
 *       grant that another replica gave before the change ends within it, and one that it gives afterwards rests on a read
 *       of etcd that has seen the change. It is slower than asking them and needs nobody's answer.
 * </ul>
 */
@ApplicationScoped
class SessionBarrier implements AccessBarrier {
    private final SessionRegistry registry;
    private final ReplicaPresence presence;
    private final long predecessorEndsBy;
    private final Timer waited;

    @Inject
    SessionBarrier(AccessSessions sessions, AccessConfig config, MeterRegistry meters) {
        this(
                sessions.registry(),
                sessions.presence(),
                sessions.startedNanos() + config.term().toNanos(),
                meters);
    }

    SessionBarrier(SessionRegistry registry, ReplicaPresence presence, long predecessorEndsBy, MeterRegistry meters) {
        this.registry = registry;
        this.presence = presence;
        this.predecessorEndsBy = predecessorEndsBy;
        this.waited = meters.timer("holdfast.access.barrier");
    }

    @Override
    public void awaitEnded(long revision) {
        long began = System.nanoTime();
        registry.announce(revision);
        try {
            long othersEndBy = presence.othersEndBy();
            long notBefore = othersEndBy - predecessorEndsBy >= 0 ? othersEndBy : predecessorEndsBy;
            registry.awaitEnded(revision, notBefore);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(
                    ProblemCode.SERVICE_UNAVAILABLE,
                    "The change is made, but the service is stopping before access has surely ended everywhere.",
                    e);
        } finally {
            waited.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        }
    }
}
