package io.holdfast.keyservice.store;

import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.RetryTokens.Attempt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change, and under which conditions.
 *
 * @param ifMatch the etag that the resource must have, null for any
 * @param attempt looks up the request's retry token; asked anew whenever a race was lost
 */
public record ChangeRequest(Caller caller, @Nullable String ifMatch, Supplier<Attempt> attempt) {}
