package io.holdfast.platform.access;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The gRPC server's side of mutual TLS: this service's certificate and our CA from {@code holdfast.tls.dir}. */
@Singleton
public class MutualTls {
    private final TlsConfig tls;
    private final String application;

    @Inject
    MutualTls(
            TlsConfig tls,
            @ConfigProperty(name = "quarkus.application.name", defaultValue = "holdfast") String application) {
        this.tls = tls;
        this.application = application;
    }

    /**
     * TLS 1.3 only, like {@link ServiceChannel}; a client without a certificate of our CA ends in the handshake.
     *
     * @throws IllegalStateException without {@code holdfast.tls.dir}: nothing is ever served in the clear
     */
    public SslContext ofServer() {
        Path directory = tls.dir()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "gRPC is served over mutual TLS only: set holdfast.tls.dir to the directory with the certificates"));
        String name = tls.name().orElse(application);
        try {
            return GrpcSslContexts.forServer(
                            directory.resolve(name + ".crt").toFile(),
                            directory.resolve(name + ".key").toFile())
                    .trustManager(directory.resolve("ca.crt").toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3")
                    .build();
        } catch (IOException failure) {
            throw new UncheckedIOException("certificates of " + name + " in " + directory, failure);
        }
    }
}
