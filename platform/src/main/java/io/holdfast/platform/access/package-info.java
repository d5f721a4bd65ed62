/**
 * The client's side of the access session with key-service: what may be used, and for how long; and the mutual TLS
 * between services, on both sides.
 *
 * <p>Imports kernel, the gRPC contract and the caller types of the REST edge.
 */
@NullMarked
package io.holdfast.platform.access;

import org.jspecify.annotations.NullMarked;
