/**
 * What key-service answers: wrapping and unwrapping of data keys, grants, bindings; and the gRPC adapter of it.
 *
 * <p>Imports domain and the gRPC contracts; no other package here imports the contracts.
 */
@NullMarked
package io.holdfast.secretservice.keys;

import org.jspecify.annotations.NullMarked;
