package io.holdfast.clusterservice;

import io.holdfast.testkit.LoopbackPort;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.List;
import java.util.Map;

/** Ports, and the short times that make sweeps observable. The tests start the peer at the port themselves. */
public final class PeerPorts implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        List<Integer> ports = LoopbackPort.free(2);
        return Map.of(
                "holdfast.clusters.key-service", "127.0.0.1:" + ports.get(0),
                "holdfast.grpc.port", String.valueOf(ports.get(1)),
                "quarkus.http.test-port", "0",
                "holdfast.clusters.secrets-url", "https://127.0.0.1:6443/",
                "holdfast.clusters.kubernetes-versions", "v1.33.1,v1.34.1,v1.35.0",
                "holdfast.clusters.sweep-interval", "PT0.2S",
                "holdfast.clusters.intent-minimum-age", "PT2S",
                "holdfast.access.tick", "PT0.1S");
    }

    @Override
    public void stop() {}
}
