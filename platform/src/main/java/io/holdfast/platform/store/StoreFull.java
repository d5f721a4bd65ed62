package io.holdfast.platform.store;

import org.jspecify.annotations.Nullable;

/** etcd is out of space (NOSPACE): writes are refused until an operator compacts, defragments and disarms the alarm. */
public final class StoreFull extends RuntimeException {
    public StoreFull(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
