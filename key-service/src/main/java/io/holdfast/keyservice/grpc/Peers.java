package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.platform.access.PeerIdentity.Peer;
import java.util.Set;
import java.util.function.Predicate;

/** Which peer may call what. */
final class Peers {
    private static final Set<String> SERVICES =
            Set.of("key-service", "cluster-service", "secret-service", "audit-service");

    private Peers() {}

    /** Served for a binding: its custodian, or its subject. */
    static Predicate<Binding.Facts> servedFor(Peer peer) {
        return switch (peer) {
            case Peer.Service service -> binding -> binding.custodian().equals(service.name());
            case Peer.Cluster cluster -> binding -> binding.clusterId().equals(cluster.id());
        };
    }

    /** @throws io.grpc.StatusRuntimeException PERMISSION_DENIED for any other */
    static void requireService(Peer peer, String name) {
        if (!(peer instanceof Peer.Service service) || !service.name().equals(name)) {
            throw Answers.of(Status.Code.PERMISSION_DENIED, "Only " + name + " may call this.");
        }
    }

    /** @throws io.grpc.StatusRuntimeException PERMISSION_DENIED for a peer that is no service of Holdfast */
    static void requireAnyService(Peer peer) {
        if (!(peer instanceof Peer.Service service) || !SERVICES.contains(service.name())) {
            throw Answers.of(Status.Code.PERMISSION_DENIED, "Only Holdfast's services may call this.");
        }
    }
}
