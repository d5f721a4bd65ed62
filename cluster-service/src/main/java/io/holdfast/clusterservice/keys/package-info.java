/**
 * What key-service does for clusters: bindings, grants, kubectl tokens; and the gRPC adapter of it.
 *
 * <p>Imports domain and the gRPC contracts; besides the package grpc no other here imports the contracts.
 */
@NullMarked
package io.holdfast.clusterservice.keys;

import org.jspecify.annotations.NullMarked;
