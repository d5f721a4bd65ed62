package io.holdfast.keyservice.store;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.RetryTokens.Attempt;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change, and under which conditions.
 *
 * @param ifMatch the etag that the resource must have, null for any
 * @param attempt looks up the request's retry token; asked anew whenever a race was lost
 * @param right asks again, whenever a race was lost too, whether the caller may make the change, and throws when not; its answer
 *     is part of the change's transaction, which it lets commit only while that is so
 * @param allowedIn the compartment that the resource was in when the caller was allowed to change it; null for what is made
 */
public record ChangeRequest(
        Caller caller,
        @Nullable String ifMatch,
        Supplier<Attempt> attempt,
        Supplier<Consumer<Transaction.Builder>> right,
        @Nullable CompartmentId allowedIn) {

    /** For what this service does by itself, on nobody's right. */
    public static ChangeRequest ofItsOwn(Caller caller) {
        return new ChangeRequest(caller, null, Attempt::withoutToken, () -> nothing -> {}, null);
    }

    /** @throws ProblemException CONFLICT when the resource was moved since: whether the caller may change it there, nobody asked */
    public void requireAllowedIn(CompartmentId compartment) {
        if (allowedIn != null && !allowedIn.equals(compartment)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT, "It was moved to another compartment at the same time; try again.");
        }
    }

    /** The same whatever the etag is. */
    public ChangeRequest unconditional() {
        return new ChangeRequest(caller, null, attempt, right, allowedIn);
    }
}
