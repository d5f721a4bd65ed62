package io.holdfast.keyservice.mirror;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.mirror.Mirror.Shown;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.VaultsElsewhere;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.RemoteVaults;
import io.holdfast.keyservice.vault.RemoteVaults.Remote;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Follows every vault elsewhere that this installation is configured with, each on a thread of its own. */
@ApplicationScoped
public class Mirrors {
    private static final Logger LOG = Logger.getLogger(Mirrors.class);

    private final RemoteVaults remotes;
    private final Identity identity;
    private final KeyStore keys;
    private final VaultStore vaults;
    private final BindingStore bindings;
    private final OpenedMaterial opened;
    private final VaultsElsewhere elsewhere;
    private final VaultReach reach;
    private final KeyValueStore store;
    private final Ocid.Mint mint;
    private final MeterRegistry meters;
    private final List<MirrorLoop> loops = new ArrayList<>();
    private final List<ScheduledExecutorService> threads = new ArrayList<>();

    public Mirrors(
            RemoteVaults remotes,
            Identity identity,
            KeyStore keys,
            VaultStore vaults,
            BindingStore bindings,
            OpenedMaterial opened,
            VaultsElsewhere elsewhere,
            VaultReach reach,
            KeyValueStore store,
            Ocid.Mint mint,
            MeterRegistry meters) {
        this.remotes = remotes;
        this.identity = identity;
        this.keys = keys;
        this.vaults = vaults;
        this.bindings = bindings;
        this.opened = opened;
        this.elsewhere = elsewhere;
        this.reach = reach;
        this.store = store;
        this.mint = mint;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        for (Remote each : remotes.vaults()) {
            MirrorLoop loop = loop(each);
            loops.add(loop);
            ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
                    .name("holdfast-mirror-" + each.name())
                    .daemon()
                    .factory());
            threads.add(thread);
            long millis = each.interval().toMillis();
            var unused = thread.scheduleWithFixedDelay(() -> tick(each, loop), 0, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void tick(Remote each, MirrorLoop loop) {
        MirrorLoop.Outcome outcome;
        try {
            outcome = loop.tick();
        } catch (RuntimeException | Error e) {
            // A task that throws is never run again; and another replica may do better.
            LOG.warnv(e, "A vault elsewhere could not be followed. vault={0}", each.name());
            loop.handOver();
            outcome = MirrorLoop.Outcome.FAILED;
        }
        meters.counter(
                        "holdfast.keys.mirror.looks",
                        "vault",
                        each.name(),
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private MirrorLoop loop(Remote each) {
        Mirror mirror = new Mirror(
                each.keys(),
                () -> shown(each),
                keys,
                vaults,
                bindings,
                opened,
                elsewhere,
                mint,
                TimeSource.system(),
                each.interval());
        return new MirrorLoop(
                each.keys().vault(),
                mirror::follow,
                store,
                reach,
                TimeSource.system(),
                each.interval(),
                each.staleAfter());
    }

    /** Asked at each look: the compartment may come after the start. */
    private Shown shown(Remote each) {
        TenancyId tenancy = identity.current()
                .identity()
                .tenancyOf(each.compartment())
                .orElseThrow(() -> new IllegalStateException("the compartment of the vault " + each.name()
                        + " is not there: " + each.compartment().value()));
        Caller caller = new Caller(
                "vault",
                each.keys().vault().value(),
                each.name(),
                tenancy,
                each.compartment().value());
        ChangeRequest request = ChangeRequest.ofItsOwn(caller);
        return new Shown(each.compartment(), each.name(), caller, request);
    }

    void stop(@Observes ShutdownEvent event) {
        threads.forEach(ScheduledExecutorService::shutdownNow);
        loops.forEach(MirrorLoop::close);
    }
}
