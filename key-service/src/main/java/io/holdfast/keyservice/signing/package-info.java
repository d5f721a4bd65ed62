/**
 * OCI request signatures: what the authorization header says, what was signed, and whether it holds.
 *
 * <p>Imports kernel, the platform's authenticator port, and the small port {@code SigningKeys} that identity fills.
 */
@NullMarked
package io.holdfast.keyservice.signing;

import org.jspecify.annotations.NullMarked;
