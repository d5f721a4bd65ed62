package io.holdfast.platform.http;

import java.util.function.Supplier;

/**
 * What showed who sends a request. Found to be good at some access state, it may be taken back at a later one: whoever rests a
 * change on it finds it {@link #renew() anew} when the state has moved on.
 *
 * <p>Of one request; not for several threads.
 */
public final class Credential {
    private final Supplier<Good> again;
    private Good found;

    /** @param stateRevision the access state at which it was so */
    public record Good(Caller caller, long stateRevision) {}

    /** @param again finds it anew; throws NOT_AUTHENTICATED when it holds no more */
    public Credential(Good found, Supplier<Good> again) {
        this.found = found;
        this.again = again;
    }

    /** Of a service that has the access state itself, and asks about the credential with each change of it. */
    public static Credential ofAnyState(Caller caller) {
        Good always = new Good(caller, Long.MAX_VALUE);
        return new Credential(always, () -> always);
    }

    public Caller caller() {
        return found.caller();
    }

    /** The access state at which it was found to be good. */
    public long stateRevision() {
        return found.stateRevision();
    }

    /** @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED when it holds no more */
    public void renew() {
        found = again.get();
    }
}
