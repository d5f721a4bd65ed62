package io.holdfast.platform.store;

import org.jspecify.annotations.Nullable;

/** The named revision is compacted away: list again at the newest. */
public final class RevisionCompacted extends RuntimeException {
    public RevisionCompacted(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
