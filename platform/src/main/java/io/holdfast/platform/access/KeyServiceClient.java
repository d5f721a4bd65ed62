package io.holdfast.platform.access;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Authorizer;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The connection of this service to key-service and what stands on it. Each part opens at its first use; key-service
 * itself has authenticators and authorizers of its own, which take the place of these.
 */
@Singleton
public class KeyServiceClient {
    private final AccessConfig access;
    private final TlsConfig tls;
    private final String application;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable ManagedChannel channel;

    @Inject
    public KeyServiceClient(
            AccessConfig access,
            TlsConfig tls,
            @ConfigProperty(name = "quarkus.application.name", defaultValue = "holdfast") String application) {
        this.access = access;
        this.tls = tls;
        this.application = application;
    }

    /**
     * The one channel to key-service; for KeyCrypto, Bindings and the like. Opens at the first call, connects by itself.
     *
     * @throws IllegalArgumentException when {@code holdfast.access.key-service} or {@code holdfast.tls.dir} is missing
     */
    public synchronized Channel channel() {
        ManagedChannel present = channel;
        if (present == null) {
            String target = access.keyService()
                    .orElseThrow(() -> new IllegalArgumentException("holdfast.access.key-service is required"));
            Path directory = tls.dir().orElseThrow(() -> new IllegalArgumentException("holdfast.tls.dir is required"));
            present = ServiceChannel.open(directory, tls.name().orElse(application), "key-service", target);
            channel = present;
        }
        return present;
    }

    public Duration callTimeout() {
        return access.callTimeout();
    }

    @Produces
    @Singleton
    @DefaultBean
    AccessSession session() {
        GrpcAccessSession session = new GrpcAccessSession(channel(), access.tick(), TimeSource.system()).start();
        open.push(session);
        return session;
    }

    @Produces
    @Singleton
    @DefaultBean
    Authenticator authenticator() {
        return new GrpcAuthenticator(channel(), access.callTimeout());
    }

    @Produces
    @Singleton
    @DefaultBean
    ClusterTokenAuthenticator clusterTokens(AccessSession session) {
        return new ClusterTokenAuthenticator(
                channel(), access.callTimeout(), session, TimeSource.system(), access.cacheEntries());
    }

    @Produces
    @Singleton
    @DefaultBean
    Authorizer authorizer(AccessSession session) {
        return new GrpcAuthorizer(channel(), access.callTimeout(), session, TimeSource.system(), access.cacheEntries());
    }

    @PreDestroy
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        ManagedChannel present = channel;
        if (present != null && !present.shutdownNow().awaitTermination(2, TimeUnit.SECONDS)) {
            org.jboss.logging.Logger.getLogger(KeyServiceClient.class).debug("The channel to key-service ends later");
        }
    }
}
