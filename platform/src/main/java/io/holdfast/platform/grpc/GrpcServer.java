package io.holdfast.platform.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.holdfast.platform.access.MutualTls;
import io.holdfast.platform.access.PeerIdentity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Serves every bean of the process that is a {@link BindableService}, and reflection, with grpc-java's own server: mutual TLS
 * ({@link MutualTls}), callers known by their certificates ({@link PeerIdentity}), traces ({@link CallerTraces}) and times.
 * ADR 0018 says why it is not Quarkus' server.
 *
 * <p>Services are called on the thread that reads the connection: they return at once and answer from threads of their own
 * ({@link UnaryCalls}).
 */
@Singleton
public class GrpcServer {
    private static final Logger LOG = Logger.getLogger(GrpcServer.class);
    /** Streams last as long as the process; only unary calls are worth waiting for, and they are short. */
    private static final long ENDING_MILLIS = 500;

    private static final int HANDSHAKE_SECONDS = 10;
    private static final int ALIVE_SECONDS = 10;
    /** After whatever the services rest on. */
    private static final int LAST = 10_000;

    private final GrpcConfig config;
    private final MutualTls tls;
    private final Instance<BindableService> services;
    private final MeterRegistry meters;
    private final OpenTelemetry telemetry;
    private @Nullable Server server;

    @Inject
    GrpcServer(
            GrpcConfig config,
            MutualTls tls,
            @Any Instance<BindableService> services,
            MeterRegistry meters,
            OpenTelemetry telemetry) {
        this.config = config;
        this.tls = tls;
        this.services = services;
        this.meters = meters;
        this.telemetry = telemetry;
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        if (config.port().isEmpty()) {
            return;
        }
        int port = config.port().getAsInt();
        PeerIdentity peers = new PeerIdentity();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), port))
                .sslContext(tls.ofServer())
                .maxInboundMessageSize(config.maxMessageBytes())
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                // A peer that vanished without a word is noticed; ours ask every 20 s (ServiceChannel) and may.
                .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .directExecutor()
                .addTransportFilter(peers)
                // The last of these sees a call first.
                .intercept(peers)
                .intercept(new CallerTraces(telemetry))
                .intercept(new MetricCollectingServerInterceptor(meters))
                .addService(ProtoReflectionServiceV1.newInstance());
        services.forEach(builder::addService);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException("gRPC can't be served at " + config.host() + ":" + port, e);
        }
        LOG.infov("Serves gRPC over mutual TLS at {0}:{1}", config.host(), Integer.toString(server.getPort()));
    }

    /** What is served now, reflection and health among it; nothing without a port. */
    public List<ServerServiceDefinition> served() {
        Server running = server;
        return running == null ? List.of() : running.getServices();
    }

    void stop(@Observes ShutdownEvent event) {
        Server running = server;
        if (running == null) {
            return;
        }
        server = null;
        running.shutdown();
        try {
            if (running.awaitTermination(ENDING_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            running.shutdownNow();
            running.awaitTermination(ENDING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            running.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
