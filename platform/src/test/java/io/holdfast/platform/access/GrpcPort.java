package io.holdfast.platform.access;

import io.holdfast.testkit.LoopbackPort;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A free port for the gRPC server: with port 0 nobody learns which one it took. */
public final class GrpcPort implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return Map.of("holdfast.grpc.port", String.valueOf(LoopbackPort.free(1).get(0)));
    }

    @Override
    public void stop() {}
}
