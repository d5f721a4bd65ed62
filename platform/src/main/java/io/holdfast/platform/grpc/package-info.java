/**
 * What the gRPC servers share: unary calls answered on virtual threads, bounded.
 *
 * <p>Imports gRPC and OpenTelemetry; nothing of any domain.
 */
@NullMarked
package io.holdfast.platform.grpc;

import org.jspecify.annotations.NullMarked;
