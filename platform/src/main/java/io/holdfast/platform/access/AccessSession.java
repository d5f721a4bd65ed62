package io.holdfast.platform.access;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Tells whether an answer of key-service, made at some state revision, may still be used.
 *
 * <p>An answer is usable while the session is live (the newest answered Ping was sent less than term - 10 % ago on the
 * monotonic clock, and wall and monotonic clocks have not drifted apart by more than 500 ms since) and the state has not
 * moved past the answer's revision. Check before a data key is used, and again immediately before the first byte of the
 * answer leaves.
 */
public interface AccessSession {

    /** Whether an answer made at this state revision may be used now. Never blocks. */
    boolean admits(long stateRevision);

    /** Whether the session is live at all. */
    boolean live();

    /** The newest state revision seen, 0 before the first. */
    long revision();

    /**
     * Runs {@code delivery} only if {@link #admits} holds, and lets no newer revision be acknowledged to key-service until
     * what it began has ended: the answer has left before key-service may say that access has ended. Keep it short: hand
     * a finished buffer to the socket, or make one commit ({@link StandingRight}), nothing more. It holds an acknowledgement back for no longer than the session it
     * began under would have lasted; cut off what has not left by then.
     *
     * @param delivery answers when the last byte has left, or will not
     * @return whether it ran
     */
    boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery);

    /** Calls back, on a thread of the session's own, after the revision grew, and after the session was lost or regained. */
    void onChange(Runnable callback);
}
