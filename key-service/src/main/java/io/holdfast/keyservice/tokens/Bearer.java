package io.holdfast.keyservice.tokens;

import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Caller;

/**
 * Who shows a token.
 *
 * @param validity when the token ends, or what let it pass
 */
public record Bearer(Caller caller, Validity validity) {}
