package io.holdfast.platform.store;

import org.jspecify.annotations.Nullable;

/** etcd did not answer in time, or refused for now; a read or a transaction that was certainly not applied. */
public final class StoreUnavailable extends RuntimeException {
    public StoreUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
