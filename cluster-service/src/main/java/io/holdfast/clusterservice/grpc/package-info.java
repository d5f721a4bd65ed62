/**
 * The gRPC service Clusters, over mutual TLS, for the other Holdfast services.
 *
 * <p>Imports domain, store, the gRPC contract and platform's peer identity.
 */
@NullMarked
package io.holdfast.clusterservice.grpc;

import org.jspecify.annotations.NullMarked;
