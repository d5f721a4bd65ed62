/**
 * What the gRPC servers share: unary calls answered on virtual threads, bounded and within their deadlines, to the services
 * that may call; the answer to overload; health.
 *
 * <p>Imports gRPC, OpenTelemetry, the peer's identity and the store's failures; nothing of any domain.
 */
@NullMarked
package io.holdfast.platform.grpc;

import org.jspecify.annotations.NullMarked;
