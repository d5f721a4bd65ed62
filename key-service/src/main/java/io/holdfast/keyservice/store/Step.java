package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.platform.store.Transaction;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One step of a vault or key: what a transaction makes of it.
 *
 * @param next what it is after the step
 * @param event that tells of it; empty for a step that another event tells of
 * @param result what a repeated request with the same retry token is told
 * @param also further writes of the same transaction
 */
public record Step<T>(T next, Optional<DomainEvent> event, String result, Consumer<Transaction.Builder> also) {
    public Step(T next, DomainEvent event, String result, Consumer<Transaction.Builder> also) {
        this(next, Optional.of(event), result, also);
    }

    /** The same with more writes or conditions in its transaction. */
    public Step<T> and(Consumer<Transaction.Builder> more) {
        return new Step<>(next, event, result, also.andThen(more));
    }

    /** Without further writes. */
    public Step(T next, DomainEvent event, String result) {
        this(next, event, result, nothing -> {});
    }
}
