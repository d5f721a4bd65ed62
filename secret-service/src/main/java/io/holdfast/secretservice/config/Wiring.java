package io.holdfast.secretservice.config;

import io.grpc.ManagedChannel;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.KeyServiceClient;
import io.holdfast.platform.access.ServiceChannel;
import io.holdfast.platform.access.TlsConfig;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.secretservice.blocking.GrantEnds;
import io.holdfast.secretservice.blocking.KeyAccessReconciler;
import io.holdfast.secretservice.blocking.KeyAccessWatch;
import io.holdfast.secretservice.endpoint.ClusterEndpoints;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.events.ClusterCheck;
import io.holdfast.secretservice.events.OthersEvents;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.BindingDirectory;
import io.holdfast.secretservice.keys.ClusterDirectory;
import io.holdfast.secretservice.keys.GrpcClusterDirectory;
import io.holdfast.secretservice.keys.GrpcKeyAccess;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.reencrypt.Jobs;
import io.holdfast.secretservice.reencrypt.KeyVersionCount;
import io.holdfast.secretservice.reencrypt.ReencryptionLimits;
import io.holdfast.secretservice.reencrypt.ReencryptionRunner;
import io.holdfast.secretservice.storage.Envelopes;
import io.holdfast.secretservice.storage.EtcdObjectStorage;
import io.holdfast.secretservice.storage.LiveWatches;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Makes the parts and puts them together. A test replaces the directories and the key access by beans of its own. */
@Singleton
public class Wiring {
    private static final String SELF = "secret-service";

    @Produces
    @Singleton
    @DefaultBean
    TimeSource time() {
        return TimeSource.system();
    }

    /** The one object behind {@link KeyAccess} and {@link BindingDirectory}. */
    @Produces
    @Singleton
    @DefaultBean
    KeyAccess keyAccess(KeyServiceClient client) {
        return new GrpcKeyAccess(client.channel(), client.callTimeout());
    }

    @Produces
    @Singleton
    @DefaultBean
    BindingDirectory bindings(KeyServiceClient client) {
        return new GrpcKeyAccess(client.channel(), client.callTimeout());
    }

    /** The channel to cluster-service, ended with the service. */
    record ClusterServiceChannel(ManagedChannel channel) {}

    @Produces
    @Singleton
    ClusterServiceChannel clusterService(SecretsConfig config, TlsConfig tls) {
        return new ClusterServiceChannel(ServiceChannel.open(
                tls.dir().orElseThrow(() -> new IllegalArgumentException("holdfast.tls.dir is required")),
                tls.name().orElse(SELF),
                "cluster-service",
                config.clusterService()
                        .orElseThrow(
                                () -> new IllegalArgumentException("holdfast.secrets.cluster-service is required"))));
    }

    void close(@Disposes ClusterServiceChannel channel) {
        channel.channel().shutdownNow();
    }

    @Produces
    @Singleton
    @DefaultBean
    ClusterDirectory clusterDirectory(ClusterServiceChannel channel, KeyServiceClient client) {
        return new GrpcClusterDirectory(channel.channel(), client.callTimeout());
    }

    @Produces
    @Singleton
    ServedClusters servedClusters(KeyValueStore store, TimeSource time) {
        return new ServedClusters(store, time);
    }

    @Produces
    @Singleton
    Jobs jobs(KeyValueStore store, Outbox outbox, TimeSource time) {
        return new Jobs(store, outbox, time);
    }

    @Produces
    @Singleton
    KeyVersionCount keyVersionCount(KeyValueStore store) {
        return new KeyVersionCount(store);
    }

    @Produces
    @Singleton
    WriteFences writeFences(KeyValueStore store, Outbox outbox, Jobs jobs, TimeSource time, MeterRegistry meters) {
        return new WriteFences(store, outbox, jobs, time, meters);
    }

    @Produces
    @Singleton
    Envelopes envelopes(KeyAccess keys, AccessSession session) {
        return new Envelopes(keys, session);
    }

    @Produces
    @Singleton
    LiveWatches liveWatches() {
        return new LiveWatches();
    }

    @Produces
    @Singleton
    @DefaultBean
    ObjectStorage objectStorage(
            KeyValueStore store,
            ServedClusters clusters,
            WriteFences fences,
            Envelopes envelopes,
            AccessSession session,
            LiveWatches watches,
            MeterRegistry meters,
            Tracer tracer) {
        return new EtcdObjectStorage(store, clusters, fences, envelopes, session, watches, meters, tracer);
    }

    @Produces
    @Singleton
    GrantEnds grantEnds(TimeSource time) {
        return new GrantEnds(time);
    }

    @Produces
    @Singleton
    KeyAccessReconciler reconciler(
            KeyAccess keys,
            AccessSession session,
            ServedClusters clusters,
            WriteFences fences,
            LiveWatches watches,
            GrantEnds ends,
            MeterRegistry meters) {
        return new KeyAccessReconciler(keys, session, clusters, fences, watches, ends, meters);
    }

    @Produces
    @Singleton
    ClusterEndpoints clusterEndpoints(
            KeyValueStore store,
            Outbox outbox,
            ServedClusters clusters,
            WriteFences fences,
            BindingDirectory bindings,
            KeyAccess keys,
            AccessSession session,
            TimeSource time,
            SecretsConfig config) {
        return new ClusterEndpoints(store, outbox, clusters, fences, bindings, keys, session, time, config.publicUrl());
    }

    @Produces
    @Singleton
    OthersEvents othersEvents(
            KeyAccessReconciler reconciler,
            ClusterEndpoints endpoints,
            ServedClusters clusters,
            ClusterDirectory directory) {
        return new OthersEvents(reconciler, endpoints, clusters, directory);
    }

    @Produces
    @Singleton
    ClusterCheck clusterCheck(OthersEvents events, SecretsConfig config) {
        return new ClusterCheck(events, config.reconcileEvery());
    }

    @Produces
    @Singleton
    KeyAccessWatch keyAccessWatch(
            AccessSession session,
            SecretsConfig config,
            GrantEnds ends,
            KeyAccessReconciler reconciler,
            ClusterEndpoints endpoints) {
        return new KeyAccessWatch(session, config.reconcileEvery(), ends, whole -> {
            // A newer key version is the rotation event's to act on, in the trace of the rotation; the tick makes up
            // for
            // an event that does not come.
            boolean inLine = whole ? reconciler.all("KeyRotated") : reconciler.access();
            endpoints.finishRemovals();
            // What waits for its key is tried again at the next change or tick; it is not hurried.
            endpoints.openWaiting();
            return inLine;
        });
    }

    void close(@Disposes KeyAccessWatch watch) {
        watch.close();
    }

    @Produces
    @Singleton
    ReencryptionRunner reencryptionRunner(
            KeyValueStore store,
            Outbox outbox,
            WriteFences fences,
            Jobs jobs,
            Envelopes envelopes,
            SecretsConfig config,
            TimeSource time,
            MeterRegistry meters,
            Tracer tracer) {
        SecretsConfig.Reencryption limits = config.reencryption();
        return new ReencryptionRunner(
                store,
                outbox,
                fences,
                jobs,
                envelopes,
                new ReencryptionLimits(
                        limits.maxPerSecond(),
                        limits.readAhead(),
                        limits.ownership(),
                        limits.progressEvery(),
                        limits.quotaBytes()),
                time,
                SELF + "-" + UUID.randomUUID(),
                limits.lookEvery(),
                meters,
                tracer);
    }

    void close(@Disposes ReencryptionRunner runner) {
        runner.close();
    }
}
