package io.holdfast.platform.inbox;

/** What a service does about one event. Called for one event of a partition at a time. */
@FunctionalInterface
public interface EventHandler {
    /**
     * Makes the event's effect durable. Any exception means "not yet": the event is given again, and nothing behind it, until
     * it goes well. So what can never go well must be decided here, not thrown.
     */
    void apply(ReceivedEvent event) throws Exception;
}
