package io.holdfast.keyservice.grpc;

import io.grpc.StatusRuntimeException;
import io.holdfast.platform.grpc.Overload;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * How much may be under way at once where calls differ in size: a bound on calls alone lets in a thousand large ones, which
 * then all take too long. Thread safe.
 */
final class Capacity {
    private final Semaphore free;

    /** @param units of work */
    Capacity(int units) {
        this.free = new Semaphore(units);
    }

    /**
     * Does the work if there is room for it now.
     *
     * @param units of this work; more than all is never done
     * @throws StatusRuntimeException {@link Overload}'s refusal when there is none; nothing was done
     */
    <T> T run(int units, Supplier<T> work) {
        if (!free.tryAcquire(units)) {
            throw Overload.refusal("too many items at once; try again later");
        }
        try {
            return work.get();
        } finally {
            free.release(units);
        }
    }
}
