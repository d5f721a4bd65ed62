package io.holdfast.keyservice.oci;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.vault.RemoteKeys.State;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/** Waits until what the vault makes is made: it answers first, and makes then. */
final class Settling {
    /** How long a key may take to be made. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    /** With ten requests a second for a whole tenancy in all, waiting must not be what uses them up. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final TimeSource time;

    Settling(TimeSource time) {
        this.time = time;
    }

    /**
     * @param first as answered to the request that makes it
     * @param again asks how it is now
     * @throws VaultUnavailable when it is not ENABLED in time, or comes to another state
     */
    <T> T enabled(T first, Function<T, State> state, Supplier<T> again) {
        long until = time.monotonicNanos() + LONGEST.toNanos();
        Duration pause = FIRST_PAUSE;
        T seen = first;
        while (state.apply(seen) == State.CHANGING && time.monotonicNanos() - until < 0) {
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            seen = again.get();
        }
        return switch (state.apply(seen)) {
            case ENABLED -> seen;
            case CHANGING ->
                throw new VaultUnavailable(
                        "The vault is still making the key; it appears here by itself when it is there.", null);
            case DISABLED, PENDING_DELETION, DELETED ->
                throw new VaultUnavailable("The vault made the key and then took it out of use.", null);
        };
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VaultUnavailable("Waiting for the vault was interrupted.", e);
        }
    }
}
