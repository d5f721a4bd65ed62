package io.holdfast.testkit.routes;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.testkit.DevCertificates;
import io.holdfast.testkit.TestkitException;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * What must hold of every gRPC method of a service: no connection without a certificate (UNAVAILABLE), UNAUTHENTICATED with one
 * that names no peer, and PERMISSION_DENIED to a service and to a cluster that have no part in what is asked. Methods that any
 * peer may call have a name and a reason.
 */
public final class GrpcReview {
    /** Why any peer may call these, which every service has. */
    public static final Map<String, String> OF_EVERY_SERVICE = Map.of(
            "grpc.health.v1.Health/Check", "whether to send calls here; tells of the process only",
            "grpc.health.v1.Health/Watch", "the same, as it changes",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "the contracts, which are public");

    private static final String FOREIGN_SERVICE = "system-tests";
    private static final String FOREIGN_CLUSTER = "ocid1.cluster.oc1.iad.aaaaaaaaforeign";
    private static final int ANSWER_SECONDS = 20;

    private final Map<String, String> open;
    private final Map<String, byte[]> requests;

    /**
     * @param open why any peer may call it, by the method's full name
     * @param requests by the method's full name, for methods that look at a request before they know who may make it; the others
     *     get an empty one
     */
    public GrpcReview(Map<String, String> open, Map<String, byte[]> requests) {
        this.open = Map.copyOf(open);
        this.requests = Map.copyOf(requests);
    }

    /**
     * What is wrong, a line for each method and caller; empty when all is well.
     *
     * @param served by the running server
     * @param tls the certificates of its installation
     * @param port of loopback
     */
    public List<String> faults(List<ServerServiceDefinition> served, Path tls, int port) {
        DevCertificates authority = DevCertificates.in(tls);
        authority.issueCluster("names-no-peer", "nobody");
        authority.issueCluster("foreign-cluster", FOREIGN_CLUSTER);
        List<MethodDescriptor<?, ?>> methods = served.stream()
                .flatMap(service -> service.getMethods().stream())
                .<MethodDescriptor<?, ?>>map(ServerMethodDefinition::getMethodDescriptor)
                .toList();
        List<MethodDescriptor<?, ?>> guarded = methods.stream()
                .filter(method -> !open.containsKey(method.getFullMethodName()))
                .toList();

        List<String> faults = new ArrayList<>();
        refused(faults, guarded, Status.Code.PERMISSION_DENIED, authority, FOREIGN_SERVICE, port);
        refused(faults, guarded, Status.Code.PERMISSION_DENIED, authority, "foreign-cluster", port);
        refused(faults, methods, Status.Code.UNAUTHENTICATED, authority, "names-no-peer", port);
        refused(faults, methods, Status.Code.UNAVAILABLE, authority, "", port);
        Set<String> unknown = new HashSet<>(open.keySet());
        unknown.addAll(requests.keySet());
        methods.forEach(method -> unknown.remove(method.getFullMethodName()));
        unknown.forEach(name -> faults.add(name + " is named and not served"));
        return faults;
    }

    /** @param holder the name of a certificate; empty for none */
    private void refused(
            List<String> faults,
            List<MethodDescriptor<?, ?>> methods,
            Status.Code wanted,
            DevCertificates authority,
            String holder,
            int port) {
        ManagedChannel channel = channel(authority, holder, port);
        try {
            for (MethodDescriptor<?, ?> method : methods) {
                Status status = call(channel, method, requests.getOrDefault(method.getFullMethodName(), new byte[0]));
                if (status.getCode() != wanted) {
                    faults.add(method.getFullMethodName() + ": with the certificate '" + holder + "' " + status);
                }
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel channel(DevCertificates authority, String holder, int port) {
        SslContextBuilder ssl = GrpcSslContexts.forClient()
                .trustManager(authority.authorityFile().toFile());
        if (!holder.isEmpty()) {
            ssl.keyManager(
                    authority.certificateOf(holder).toFile(),
                    authority.keyOf(holder).toFile());
        }
        try {
            return NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .sslContext(ssl.build())
                    .build();
        } catch (SSLException failure) {
            throw new TestkitException("A client with the certificate '" + holder + "' could not be made", failure);
        }
    }

    /** How a call ends; OK as soon as anything is answered, as a stream may never end. */
    private static <Q, A> Status call(ManagedChannel channel, MethodDescriptor<Q, A> method, byte[] request) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<Q, A> call =
                channel.newCall(method, CallOptions.DEFAULT.withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(A answer) {
                        end.complete(Status.OK);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(method.parseRequest(new ByteArrayInputStream(request)));
        call.halfClose();
        Status status = end.join();
        call.cancel("answered", null);
        return status;
    }
}
