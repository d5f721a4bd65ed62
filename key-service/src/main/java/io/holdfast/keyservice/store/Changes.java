package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.platform.http.RetryTokens.Attempt;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How vaults and keys are made and changed: one transaction that compares what was read, writes, raises the state revision
 * and stages the event. A lost race is decided anew, a bounded number of times; a repeated request changes nothing. Nor does
 * a request whose caller has lost the right meanwhile.
 */
final class Changes<T> {
    private static final int ATTEMPTS = 8;

    private final KeyValueStore store;
    private final StateRevision state;
    private final Outbox outbox;
    private final String what;
    private final Function<StoredValue, Stored<T>> reader;
    private final BiFunction<T, String, Bytes> writer;
    private final Function<T, CompartmentId> compartment;

    /**
     * @param what for messages, such as "key"
     * @param writer takes a mark as well, which tells two writes of the same state apart
     */
    Changes(
            KeyValueStore store,
            StateRevision state,
            Outbox outbox,
            String what,
            Function<StoredValue, Stored<T>> reader,
            BiFunction<T, String, Bytes> writer,
            Function<T, CompartmentId> compartment) {
        this.compartment = compartment;
        this.store = store;
        this.state = state;
        this.outbox = outbox;
        this.what = what;
        this.reader = reader;
        this.writer = writer;
    }

    /** How a creation ended. */
    sealed interface Made {
        record Now(long revision) implements Made {}

        /** @param result of the earlier request with the same retry token */
        record Before(String result) implements Made {}
    }

    /** @throws ProblemException CONFLICT when {@code writes} compares something that has changed */
    Made make(String at, ChangeRequest request, String id, T value, Supplier<Transaction.Builder> writes) {
        for (int tries = 0; tries < 3; tries++) {
            Consumer<Transaction.Builder> right = request.right().get();
            // A refusal may come of the retry token's record: then the next look at the token finds it.
            Attempt attempt = request.attempt().get();
            if (attempt.replay().isPresent()) {
                return new Made.Before(attempt.replay().get());
            }
            try {
                TransactionResult result = store.commit(writes.get()
                        .ifAbsent(at)
                        .put(at, writer.apply(value, mark()))
                        .with(attempt.record(id))
                        .with(right)
                        .with(state.raise())
                        .build());
                if (result.committed()) {
                    return new Made.Now(result.revision());
                }
            } catch (OutcomeUnknown unknown) {
                // The id is fresh, so if the record is there it is this transaction's.
                Optional<StoredValue> made = store.get(at);
                if (made.isEmpty()) {
                    throw unknown;
                }
                return new Made.Now(made.get().createRevision());
            }
        }
        throw new ProblemException(
                ProblemCode.CONFLICT,
                "The " + what + " was not made: what it is made with was changed at the same time; try again.");
    }

    /**
     * Changes atomically, if and only if it is still what {@code plan} was given.
     *
     * @param plan decides the step, or throws what the caller is told
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for an unknown one, NO_ETAG_MATCH, INVALIDATED_RETRY_TOKEN,
     *     CONFLICT when every race was lost
     */
    Changed<T> change(String at, ChangeRequest request, Function<T, Step<T>> plan) {
        return loop(at, request, value -> Optional.of(plan.apply(value))).orElseThrow();
    }

    /** As {@link #change}, for what nobody asked for; {@code plan} may answer that there is nothing to do. */
    Optional<Changed<T>> changeIf(String at, Function<T, Optional<Step<T>>> plan) {
        return loop(at, null, plan);
    }

    private Optional<Changed<T>> loop(String at, @Nullable ChangeRequest request, Function<T, Optional<Step<T>>> plan) {
        Optional<Bytes> maybeWritten = Optional.empty();
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            StoredValue raw = store.get(at).orElseThrow(ProblemException::notFound);
            Stored<T> seen = reader.apply(raw);
            if (maybeWritten.filter(raw.value()::equals).isPresent()) {
                // The transaction whose outcome was unknown has been applied.
                return Optional.of(new Changed<>(seen, seen.modRevision(), Optional.empty()));
            }
            Consumer<Transaction.Builder> right =
                    request == null ? nothing -> {} : request.right().get();
            Consumer<Transaction.Builder> remember = nothing -> {};
            Attempt attempt = request == null ? null : request.attempt().get();
            if (request != null && attempt != null) {
                if (attempt.replay().isPresent()) {
                    // Not as it was before the token was looked up: the first request may have been under way then.
                    Stored<T> after = store.get(at).map(reader).orElseThrow(ProblemException::notFound);
                    return Optional.of(new Changed<>(after, after.modRevision(), attempt.replay()));
                }
                request.requireAllowedIn(compartment.apply(seen.value()));
                seen.requireMatch(request.ifMatch());
            }
            Optional<Step<T>> planned = plan.apply(seen.value());
            if (planned.isEmpty()) {
                return Optional.empty();
            }
            Step<T> step = planned.get();
            if (attempt != null) {
                remember = attempt.record(step.result());
            }
            Bytes written = writer.apply(step.next(), mark());
            Transaction.Builder transaction = Transaction.builder()
                    .ifUnchanged(raw)
                    .put(at, written)
                    .with(step.also())
                    .with(remember)
                    .with(right)
                    .with(state.raise());
            step.event().ifPresent(event -> transaction.with(outbox.stage(event)));
            try {
                TransactionResult result = store.commit(transaction.build());
                if (result.committed()) {
                    return Optional.of(new Changed<>(
                            new Stored<>(step.next(), result.revision()), result.revision(), Optional.empty()));
                }
            } catch (OutcomeUnknown unknown) {
                maybeWritten = Optional.of(written);
            }
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "The " + what + " is being changed by others at the same time; try again.");
    }

    private static String mark() {
        return UUID.randomUUID().toString();
    }
}
