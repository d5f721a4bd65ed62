package io.holdfast.platform.grpc;

import io.grpc.ServerServiceDefinition;

/**
 * A gRPC service of this process, for {@link GrpcServer} to serve: a bean that extends the generated {@code ImplBase} and
 * names this type, and not {@code BindableService}, among its bean types ({@code @Typed}), because Quarkus claims every
 * bean of that type for a server of its own.
 */
public interface ServedOverGrpc {
    ServerServiceDefinition bindService();
}
