package io.holdfast.keyservice.service;

import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.config.Place;
import io.holdfast.keyservice.identity.DynamicGroups;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentityConfig;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Identity where a test can hold one request between what allowed it and its change. */
@Alternative
@Singleton
public class PausedChanges extends Identity {
    private final AtomicReference<Pause> next = new AtomicReference<>();

    @Inject
    public PausedChanges(
            KeyValueStore store,
            StateRevision state,
            Outbox outbox,
            DynamicGroups dynamicGroups,
            IdentityConfig config,
            Place place) {
        super(store, state, outbox, dynamicGroups, config, place);
    }

    /** Of one request. */
    record Pause(CountDownLatch reached, CountDownLatch over) implements AutoCloseable {
        /** Waits until the request was allowed and is about to make its change. */
        void awaitReached() {
            await(reached);
        }

        /** Lets it go on. */
        @Override
        public void close() {
            over.countDown();
        }
    }

    /** The next request that changes anything is held; those after it are not. */
    Pause pauseNext() {
        Pause pause = new Pause(new CountDownLatch(1), new CountDownLatch(1));
        next.set(pause);
        return pause;
    }

    @Override
    public <T> Optional<T> change(Function<View, Optional<Change<T>>> decide) {
        pauseIfAsked();
        return super.change(decide);
    }

    /** Held when the right was found and its change is not committed yet. */
    @Override
    public Supplier<Consumer<Transaction.Builder>> rightOfRequest() {
        Supplier<Consumer<Transaction.Builder>> right = super.rightOfRequest();
        return () -> {
            Consumer<Transaction.Builder> found = right.get();
            pauseIfAsked();
            return found;
        };
    }

    private void pauseIfAsked() {
        Pause pause = next.getAndSet(null);
        if (pause != null) {
            pause.reached().countDown();
            await(pause.over());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came in 20 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
