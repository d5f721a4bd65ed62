package io.holdfast.keyservice.service;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;

/** A real client of the gRPC port. */
final class Wire implements AutoCloseable {
    private final ManagedChannel channel;

    private Wire(ManagedChannel channel) {
        this.channel = channel;
    }

    static Path tls() {
        return Path.of(ConfigProvider.getConfig().getValue("holdfast.tls.dir", String.class));
    }

    static Wire as(String service) {
        return with(
                tls().resolve(service + ".crt").toFile(),
                tls().resolve(service + ".key").toFile());
    }

    /** @param certificate null for none */
    static Wire with(File certificate, File key) {
        try {
            SslContextBuilder ssl = GrpcSslContexts.forClient()
                    .trustManager(tls().resolve("ca.crt").toFile());
            if (certificate != null) {
                ssl.keyManager(certificate, key);
            }
            int port = ConfigProvider.getConfig().getValue("holdfast.grpc.port", Integer.class);
            return new Wire(NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .sslContext(ssl.build())
                    .build());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
