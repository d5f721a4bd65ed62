package io.holdfast.secretservice.config;

import io.holdfast.secretservice.blocking.KeyAccessWatch;
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

    @Inject
    public Startup(KeyAccessWatch watch, ReencryptionRunner runner) {
        this.watch = watch;
        this.runner = runner;
    }

    void start(@Observes StartupEvent event) {
        watch.start();
        runner.start();
    }

    void stop(@Observes ShutdownEvent event) {
        runner.close();
        watch.close();
    }
}
