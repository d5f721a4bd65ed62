package io.holdfast.secretservice.config;

import io.holdfast.secretservice.blocking.KeyAccessWatch;
import io.holdfast.secretservice.events.ClusterCheck;
import io.holdfast.secretservice.reencrypt.ReencryptionRunner;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Begins the work that nobody asks for, and ends it before the store closes. */
@Singleton
public class Startup {
    private final KeyAccessWatch watch;
    private final ReencryptionRunner runner;
    private final ClusterCheck clusters;

    @Inject
    public Startup(KeyAccessWatch watch, ReencryptionRunner runner, ClusterCheck clusters) {
        this.watch = watch;
        this.runner = runner;
        this.clusters = clusters;
    }

    void start(@Observes StartupEvent event) {
        watch.start();
        runner.start();
        clusters.start();
    }

    void stop(@Observes ShutdownEvent event) {
        clusters.close();
        runner.close();
        watch.close();
    }
}
