package io.holdfast.keyservice.store;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Etags;
import org.jspecify.annotations.Nullable;

/**
 * Something as read from etcd.
 *
 * @param modRevision of its key; the etag that clients see
 */
public record Stored<T>(T value, long modRevision) {

    /** The etag of this representation. */
    public String etag() {
        return Etags.of(modRevision);
    }

    /**
     * @param ifMatch the request's if-match header, null when there was none
     * @throws ProblemException NO_ETAG_MATCH when it names another etag than this one's
     */
    public void requireMatch(@Nullable String ifMatch) {
        Etags.requireMatch(ifMatch, etag());
    }
}
