/**
 * What secret-service answers to key-service.
 *
 * <p>Imports reencrypt's counts, fence, domain, the gRPC contract and platform's peer identity.
 */
@NullMarked
package io.holdfast.secretservice.grpc;

import org.jspecify.annotations.NullMarked;
