package io.holdfast.keyservice.access;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers Pings: one thread takes all that have come, reads etcd once, linearizably, and answers them with what it read.
 * When the read fails nobody gets a Pong, and clients stop serving when their term ends.
 *
 * <p>A session has at most one Ping waiting; a newer one replaces it.
 */
@ApplicationScoped
public class AccessSessions {
    /** Bytes in a Ping's nonce. */
    public static final int NONCE = 16;

    private static final Logger LOG = Logger.getLogger(AccessSessions.class);
    /** A session without a Ping for this many terms is closed: its connection is half open. */
    private static final int SILENT_TERMS = 4;

    private final TimeSource time;
    private final SessionRegistry registry;
    private final ReplicaPresence presence;
    private final PrefixFollower stateFollower;
    private final PrefixFollower replicaFollower;
    private final ScheduledExecutorService watchThread;
    private final Thread loop;
    private final Counter pongs;
    private final Counter unanswered;
    private final long tickMillis;
    private final long silentNanos;
    private final long startedNanos;
    private final LinkedBlockingQueue<Client> waiting = new LinkedBlockingQueue<>();
    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    @Inject
    AccessSessions(KeyValueStore store, AccessConfig config, MeterRegistry meters) {
        this(store, config, meters, TimeSource.system());
    }

    AccessSessions(KeyValueStore store, AccessConfig config, MeterRegistry meters, TimeSource time) {
        if (config.tick().toMillis() < 100 || config.tick().compareTo(config.term()) >= 0) {
            throw new IllegalArgumentException("holdfast.access.tick must be 100 ms or more, and less than the term");
        }
        this.time = time;
        this.registry = new SessionRegistry(time, config.term(), config.maxSessions());
        this.presence = new ReplicaPresence(store, time, config.term());
        this.tickMillis = config.tick().toMillis();
        this.silentNanos = config.term().toNanos() * SILENT_TERMS;
        this.startedNanos = time.monotonicNanos();
        this.watchThread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("access-watch").factory());
        // A watch begins with what has happened while there was none: announcing an unknown revision is only a hint.
        this.stateFollower = new PrefixFollower(
                store,
                StateRevision.KEY,
                watchThread,
                revision -> store.get(StateRevision.KEY).ifPresent(value -> registry.announce(value.modRevision())),
                change -> {
                    if (change.key().equals(StateRevision.KEY)) {
                        registry.announce(change.revision());
                    }
                });
        this.replicaFollower = new PrefixFollower(
                store, ReplicaPresence.PREFIX, watchThread, revision -> presence.caughtUp(), presence::changed);
        this.loop = Thread.ofPlatform().daemon().name("access-sessions").unstarted(this::run);
        this.pongs = meters.counter("holdfast.access.pongs");
        this.unanswered = meters.counter("holdfast.access.pings.unanswered");
        meters.gauge("holdfast.access.sessions", registry, SessionRegistry::open);
    }

    void start(@Observes StartupEvent event) {
        stateFollower.start();
        replicaFollower.start();
        loop.start();
    }

    @PreDestroy
    void stop() {
        closed = true;
        loop.interrupt();
        stateFollower.close();
        replicaFollower.close();
        watchThread.shutdown();
    }

    /** Where answers go. Calls come from one thread at a time per method, must not block and must not throw. */
    public interface Channel {
        void pong(Bytes nonce, long stateRevision, long termMillis);

        /** May come between two Pongs, on another thread. */
        void changed(long stateRevision);

        /** The session is over from this side. */
        void close(String why);
    }

    /** One open session. */
    public final class Client {
        private final SessionRegistry.Session session;
        private final Channel channel;
        private final AtomicReference<@Nullable Ping> pending = new AtomicReference<>();
        private volatile long lastPing = time.monotonicNanos();

        private Client(SessionRegistry.Session session, Channel channel) {
            this.session = session;
            this.channel = channel;
        }

        /** @param nonce {@value #NONCE} bytes @param acknowledged the newest revision that the client has acted on */
        public void ping(Bytes nonce, long acknowledged) {
            long received = time.monotonicNanos();
            lastPing = received;
            session.acknowledge(acknowledged);
            if (pending.getAndSet(new Ping(nonce, received)) == null) {
                waiting.add(this);
            }
        }

        /** The connection is gone; idempotent. */
        public void disconnected() {
            session.disconnected();
            clients.remove(this);
        }
    }

    private record Ping(Bytes nonce, long received) {}

    /** Empty when there are too many sessions. */
    public Optional<Client> open(Channel channel) {
        return registry.open(channel::changed).map(session -> {
            Client client = new Client(session, channel);
            clients.add(client);
            return client;
        });
    }

    SessionRegistry registry() {
        return registry;
    }

    ReplicaPresence presence() {
        return presence;
    }

    /** When this process began: whoever ran before it may have answered Pings until then. */
    long startedNanos() {
        return startedNanos;
    }

    private void run() {
        while (!closed) {
            try {
                Client first = waiting.poll(tickMillis, TimeUnit.MILLISECONDS);
                if (first == null) {
                    stayPresent();
                } else {
                    answer(first, this::next);
                }
                closeSilent();
            } catch (InterruptedException e) {
                if (!closed) {
                    LOG.warn("The session thread was interrupted without a shutdown; going on");
                }
            } catch (RuntimeException | Error e) {
                // Without this thread nobody is answered any more.
                LOG.error("Pings could not be answered; going on", e);
            }
        }
    }

    /** From the start on, and not from the first Ping: calls that need no session use keys too. */
    private void stayPresent() {
        try {
            presence.present();
        } catch (RuntimeException e) {
            LOG.warnv("This replica can''t make itself known. cause={0}", e.toString());
        }
    }

    /** @param more the next client that waits, or null when none does; for tests too */
    void answer(Client first, Supplier<@Nullable Client> more) {
        // A client that pings again while the batch is put together is in it once, with its newest Ping.
        Map<Client, Ping> batch = new LinkedHashMap<>();
        for (Client client = first; client != null; client = more.get()) {
            Ping ping = client.pending.getAndSet(null);
            if (ping != null) {
                client.session.reading(ping.received());
                batch.put(client, ping);
            }
        }
        long revision;
        try {
            revision = presence.readRevision();
        } catch (RuntimeException | Error e) {
            batch.keySet().forEach(client -> client.session.unanswered());
            unanswered.increment(batch.size());
            LOG.warnv("No Pong: etcd was not read. pings={0} cause={1}", batch.size(), e.toString());
            return;
        }
        batch.forEach((client, ping) -> {
            if (client.session.answered(revision)) {
                client.channel.pong(ping.nonce(), revision, registry.termMillis());
                pongs.increment();
            }
        });
    }

    /** The next client that waits for an answer, or null. */
    @Nullable
    Client next() {
        return waiting.poll();
    }

    private void closeSilent() {
        long now = time.monotonicNanos();
        for (Client client : clients) {
            if (now - client.lastPing > silentNanos) {
                client.disconnected();
                client.channel.close("no ping");
            }
        }
    }
}
