/**
 * The gRPC services over mutual TLS, each for the peers that may call it.
 *
 * <p>Imports the gRPC contract, the capabilities beside it and platform's peer identity.
 */
@NullMarked
package io.holdfast.keyservice.grpc;

import org.jspecify.annotations.NullMarked;
