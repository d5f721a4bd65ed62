package io.holdfast.platform.grpc;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** Where gRPC is served. */
@ConfigMapping(prefix = "holdfast.grpc")
public interface GrpcConfig {

    /** The address to bind. */
    @WithDefault("127.0.0.1")
    String host();

    /** Without one, no gRPC is served. */
    OptionalInt port();

    /** The longest message that is read, in bytes; a longer one is refused with RESOURCE_EXHAUSTED before it is. */
    @WithDefault("65536")
    int maxMessageBytes();
}
