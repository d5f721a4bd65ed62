/**
 * The client's side of the access session with key-service: what may be used, and for how long.
 *
 * <p>Imports kernel and the gRPC contract.
 */
@NullMarked
package io.holdfast.platform.access;

import org.jspecify.annotations.NullMarked;
