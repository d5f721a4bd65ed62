package io.holdfast.keyservice.vault;

import io.grpc.Context;
import io.holdfast.platform.store.StoreUnavailable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Of several callers who lack the same thing at once, one gets it; the others wait, and look for it again. When the vault or
 * etcd does not answer that one, it has not answered the others either. What else goes wrong each finds out by itself.
 *
 * @param <N> names a thing
 */
public final class OneForAll<N> {
    /** What is being got, by whoever asked first; done when that has ended, with the failure if there was one. */
    private final Map<N, CompletableFuture<Optional<RuntimeException>>> underWay = new ConcurrentHashMap<>();

    /**
     * Waits for one caller at the most when the vault does not answer.
     *
     * @param look finds the thing where it is at hand
     * @throws VaultUnavailable when the vault does not answer, whoever asked it; or the wait was interrupted
     * @throws StoreUnavailable likewise
     */
    public <T> T get(N name, Supplier<Optional<T>> look, Supplier<T> get) {
        while (true) {
            Optional<T> there = look.get();
            if (there.isPresent()) {
                return there.get();
            }
            CompletableFuture<Optional<RuntimeException>> mine = new CompletableFuture<>();
            @Nullable CompletableFuture<Optional<RuntimeException>> others = underWay.putIfAbsent(name, mine);
            if (others == null) {
                return get(name, look, get, mine);
            }
            await(others).ifPresent(failure -> {
                throw failure;
            });
        }
    }

    private <T> T get(
            N name, Supplier<Optional<T>> look, Supplier<T> get, CompletableFuture<Optional<RuntimeException>> mine) {
        Optional<RuntimeException> failure = Optional.empty();
        // Outside of the caller's context: its deadline, or its going, must not end what others wait for.
        Context call = Context.ROOT.attach();
        try {
            // Somebody may have got it since the caller looked.
            return look.get().orElseGet(get);
        } catch (VaultUnavailable | StoreUnavailable e) {
            failure = Optional.of(e);
            throw e;
        } finally {
            Context.ROOT.detach(call);
            underWay.remove(name, mine);
            mine.complete(failure);
        }
    }

    /** The failure, as an exception of the caller's own: they are thrown on different threads. */
    private static Optional<RuntimeException> await(CompletableFuture<Optional<RuntimeException>> others) {
        try {
            return others.get().map(failure -> {
                String message = String.valueOf(failure.getMessage());
                return failure instanceof StoreUnavailable
                        ? new StoreUnavailable(message, failure)
                        : new VaultUnavailable(message, failure);
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VaultUnavailable("Waiting for the vault was interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
