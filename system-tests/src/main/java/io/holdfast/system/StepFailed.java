package io.holdfast.system;

/** A check of the journey that did not hold. */
public final class StepFailed extends RuntimeException {
    public StepFailed(String message) {
        super(message);
    }
}
