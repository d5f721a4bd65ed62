package io.holdfast.system;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.testkit.FaultProxy;
import io.holdfast.testkit.LocalProcess;
import io.holdfast.testkit.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** A further key-service beside the stack's, on the same etcd, which it reaches through a proxy that can be cut. */
final class SecondReplica implements AutoCloseable {
    private static final Duration READY_BOUND = Duration.ofSeconds(90);
    private static final Duration ASK_BOUND = Duration.ofSeconds(2);

    final URI rest;
    final ManagedChannel grpc;
    final FaultProxy etcd;
    private final LocalProcess process;

    private SecondReplica(URI rest, ManagedChannel grpc, FaultProxy etcd, LocalProcess process) {
        this.rest = rest;
        this.grpc = grpc;
        this.etcd = etcd;
        this.process = process;
    }

    /** Started as the stack's own was, but for its ports. */
    static SecondReplica start(StackEnvironment stack) {
        Path first = Path.of("/proc/" + stack.process("key-service").pid());
        Map<String, String> environment = new HashMap<>();
        for (String entry : nullSeparated(first.resolve("environ"))) {
            String[] parts = entry.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        List<Integer> ports = LoopbackPort.free(2);
        URI rest = URI.create("http://127.0.0.1:" + ports.get(0));
        String address = "127.0.0.1:" + ports.get(1);
        FaultProxy etcd = FaultProxy.to(
                URI.create(environment.get("HOLDFAST_ETCD_ENDPOINTS")).getPort());
        environment.put("HOLDFAST_ETCD_ENDPOINTS", "http://" + etcd.address());
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(rest.getPort()));
        environment.put("HOLDFAST_KEYS_PUBLIC_URL", rest.toString());
        environment.put("HOLDFAST_GRPC_PORT", ports.get(1).toString());
        LocalProcess process = LocalProcess.start(
                "a second key-service",
                nullSeparated(first.resolve("cmdline")),
                workingDirectory(first),
                stack.directory().resolve("key-service-2.log"),
                "TERM",
                environment);
        SecondReplica replica = new SecondReplica(rest, channel(stack, address), etcd, process);
        try {
            replica.awaitReady();
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
        return replica;
    }

    private static List<String> nullSeparated(Path file) {
        try {
            return List.of(Files.readString(file, StandardCharsets.UTF_8).split("\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path workingDirectory(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To a key-service, as secret-service comes. */
    static ManagedChannel channel(StackEnvironment stack, String address) {
        Path tls = stack.directory().resolve("tls");
        try {
            return NettyChannelBuilder.forTarget(address)
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(stack.certificateAuthority().toFile())
                            .keyManager(
                                    tls.resolve("secret-service.crt").toFile(),
                                    tls.resolve("secret-service.key").toFile())
                            .build())
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("the certificates in " + tls + " are unusable", e);
        }
    }

    private void awaitReady() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            int status = Checks.eventually("a second key-service that is ready", READY_BOUND, () -> {
                Checks.that(process.isAlive(), "the second key-service has ended");
                return health(client).filter(found -> found == 200);
            });
            Checks.that(status == 200, "the second key-service is not ready");
        }
    }

    private Optional<Integer> health(HttpClient client) {
        try {
            HttpRequest request = HttpRequest.newBuilder(rest.resolve("/q/health/ready"))
                    .timeout(ASK_BOUND)
                    .build();
            return Optional.of(
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
        } catch (IOException notYet) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        grpc.shutdownNow();
        process.close();
        etcd.close();
    }
}
