package io.holdfast.secretservice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.events.Family;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.store.EtcdConfig;
import io.holdfast.platform.store.EtcdStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.blocking.GrantEnds;
import io.holdfast.secretservice.blocking.KeyAccessReconciler;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.endpoint.ClusterEndpoints;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.reencrypt.Jobs;
import io.holdfast.secretservice.reencrypt.ReencryptionLimits;
import io.holdfast.secretservice.reencrypt.ReencryptionRunner;
import io.holdfast.secretservice.storage.Envelopes;
import io.holdfast.secretservice.storage.EtcdObjectStorage;
import io.holdfast.secretservice.storage.LiveWatches;
import io.holdfast.testkit.EtcdServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One replica of the service on a real etcd, without its edges: everything wired as in production. */
public final class Stack implements AutoCloseable {
    private static final class Shared {
        static final EtcdServer ETCD = EtcdServer.start();
    }

    public static final Tracer TRACER = OpenTelemetry.noop().getTracer("test");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public final InProcessKeyService keys;
    public final KeyValueStore store;
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    public final EtcdOutbox outbox = new EtcdOutbox("/holdfast/secrets", Set.of(Family.SECRETS), TimeSource.system());
    public final ServedClusters clusters;
    public final Jobs jobs;
    public final WriteFences fences;
    public final Envelopes envelopes;
    public final LiveWatches watches = new LiveWatches();
    public final EtcdObjectStorage storage;
    public final KeyAccessReconciler reconciler;
    public final ClusterEndpoints endpoints;
    private final List<ReencryptionRunner> runners = new ArrayList<>();

    public Stack() {
        this(new InProcessKeyService());
    }

    /** Another replica beside the one that the key service came from. */
    public Stack(InProcessKeyService keys) {
        this.keys = keys;
        this.store = openStore();
        TimeSource time = TimeSource.system();
        clusters = new ServedClusters(store, time);
        jobs = new Jobs(store, outbox, time);
        fences = new WriteFences(store, outbox, jobs, time, meters);
        envelopes = new Envelopes(keys, keys);
        storage = new EtcdObjectStorage(store, clusters, fences, envelopes, keys, watches, meters, TRACER);
        reconciler = new KeyAccessReconciler(keys, keys, clusters, fences, watches, new GrantEnds(time), meters);
        endpoints =
                new ClusterEndpoints(store, outbox, clusters, fences, keys, keys, keys, time, "https://127.0.0.1:8443");
    }

    public static EtcdStore openStore() {
        return EtcdStore.open(new EtcdConfig() {
            @Override
            public Optional<List<String>> endpoints() {
                return Optional.of(List.of(Shared.ETCD.endpoint()));
            }

            @Override
            public Optional<String> user() {
                return Optional.empty();
            }

            @Override
            public Optional<Path> passwordFile() {
                return Optional.empty();
            }

            @Override
            public Duration requestTimeout() {
                return Duration.ofSeconds(10);
            }

            @Override
            public String probeKey() {
                return "/holdfast";
            }
        });
    }

    /** A cluster that is open, and its key. */
    public record Opened(ClusterId cluster, KeyId key, BindingId binding, Wish wish) {
        public ClusterPaths paths() {
            return ClusterPaths.of(cluster);
        }
    }

    public Opened open() {
        Opened prepared = prepare();
        endpoints.open(prepared.wish());
        return prepared;
    }

    /** A bound cluster that is not open yet. */
    public Opened prepare() {
        ClusterId cluster = InProcessKeyService.MINT.cluster();
        KeyId key = keys.newKey();
        BindingId binding = keys.bind(cluster, key);
        return new Opened(
                cluster,
                key,
                binding,
                new Wish(
                        cluster,
                        InProcessKeyService.MINT.compartment(),
                        InProcessKeyService.MINT.tenancy(),
                        key,
                        binding,
                        Life.WANTED));
    }

    public PlacedFence fence(Opened cluster) {
        return fences.read(cluster.cluster()).orElseThrow();
    }

    public ReencryptionRunner run() {
        return run(new ReencryptionLimits(
                OptionalInt.empty(), 4, Duration.ofSeconds(10), Duration.ofSeconds(2), 8L << 30));
    }

    public ReencryptionRunner run(ReencryptionLimits limits) {
        ReencryptionRunner runner = new ReencryptionRunner(
                store,
                outbox,
                fences,
                jobs,
                envelopes,
                limits,
                TimeSource.system(),
                "test-" + runners.size(),
                Duration.ofMillis(200),
                meters,
                TRACER);
        runners.add(runner);
        runner.start();
        return runner;
    }

    /** Overwrites bytes in etcd, as a bad disk or an intruder would. */
    public void vandalise(String key, byte[] bytes) {
        store.commit(Transaction.builder().put(key, Bytes.copyOf(bytes)).build());
    }

    public StoredValue stored(String key) {
        return store.get(key).orElseThrow();
    }

    /** The events staged for a cluster, oldest first: type and data. */
    public List<Event> events(Opened cluster) {
        List<Event> events = new ArrayList<>();
        Scan scan = new Scan("/holdfast/secrets/outbox/", "", 1000, 0, Scan.Order.CREATION, false);
        for (StoredValue value : store.scan(scan).values()) {
            try {
                JsonNode entry = JSON.readTree(value.value().toArray());
                if (entry.toString().contains(cluster.cluster().value())) {
                    String type = entry.path("type").asText();
                    events.add(new Event(
                            type.substring("io.holdfast.".length(), type.length() - ".v1".length()),
                            entry.path("data")));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return events;
    }

    public record Event(String type, JsonNode data) {}

    public List<String> eventTypes(Opened cluster) {
        return events(cluster).stream()
                .map(Event::type)
                .filter(type -> !type.equals("ReencryptionProgressed"))
                .toList();
    }

    @Override
    public void close() {
        runners.forEach(ReencryptionRunner::close);
        store.close();
    }
}
