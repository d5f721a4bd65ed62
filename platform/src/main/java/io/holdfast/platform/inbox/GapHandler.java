package io.holdfast.platform.inbox;

/** What a service does when it may have missed events: list again from the owner. */
@FunctionalInterface
public interface GapHandler {
    /**
     * Called before {@code next} is applied, when its number is not the one behind the mark or its epoch is higher. An
     * exception means "not yet", as in {@link EventHandler}.
     */
    void onGap(HighWaterMarks.Mark mark, ReceivedEvent next) throws Exception;
}
