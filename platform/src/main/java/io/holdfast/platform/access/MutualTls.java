package io.holdfast.platform.access;

import io.quarkus.arc.Unremovable;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Gives this service's gRPC server its certificate and our CA from {@code holdfast.tls.dir}, as PEM, which Quarkus' own
 * settings take for the certificate but not for the trust. Quarkus applies its settings afterwards; this module's
 * configuration defaults make them demand a client certificate and refuse plain text.
 */
@Singleton
@Unremovable
public class MutualTls implements ServerBuilderCustomizer<VertxServerBuilder> {
    private final TlsConfig tls;
    private final String application;

    @Inject
    public MutualTls(
            TlsConfig tls,
            @ConfigProperty(name = "quarkus.application.name", defaultValue = "holdfast") String application) {
        this.tls = tls;
        this.application = application;
    }

    @Override
    public void customize(GrpcServerConfiguration config, VertxServerBuilder builder) {
        if (tls.dir().isEmpty()) {
            return;
        }
        Path directory = tls.dir().get();
        String name = tls.name().orElse(application);
        builder.useSsl(options -> options.setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(directory.resolve(name + ".crt").toString())
                        .setKeyPath(directory.resolve(name + ".key").toString()))
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(directory.resolve("ca.crt").toString()))
                .setClientAuth(ClientAuth.REQUIRED));
    }
}
