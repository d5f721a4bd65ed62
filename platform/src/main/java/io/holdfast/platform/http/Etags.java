package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.store.StoredValue;
import org.jspecify.annotations.Nullable;

/** Entity tags: opaque to clients, the store's revision of the resource within. */
public final class Etags {
    private static final int MOST_TAGS = 20;

    private Etags() {}

    public static String of(StoredValue stored) {
        return of(stored.modRevision());
    }

    public static String of(long modRevision) {
        return Long.toHexString(modRevision);
    }

    /**
     * Checks the {@code if-match} header, when there is one, against the resource's tag.
     *
     * @throws ProblemException NO_ETAG_MATCH
     */
    public static void requireMatch(@Nullable String ifMatch, String current) {
        if (ifMatch == null || ifMatch.isBlank()) {
            return;
        }
        for (String tag : ifMatch.split(",", MOST_TAGS)) {
            String bare = tag.strip();
            if (bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")) {
                bare = bare.substring(1, bare.length() - 1);
            }
            if (bare.equals("*") || bare.equals(current)) {
                return;
            }
        }
        throw new ProblemException(ProblemCode.NO_ETAG_MATCH);
    }
}
