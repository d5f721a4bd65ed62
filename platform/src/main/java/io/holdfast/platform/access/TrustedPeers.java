package io.holdfast.platform.access;

import io.quarkus.arc.Unremovable;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Makes the gRPC server believe the certificates of {@code holdfast.tls.dir}'s {@code ca.crt}, and no others. Quarkus'
 * own setting takes a JKS or PKCS#12 trust store only, so {@code quarkus.grpc.server.ssl.trust-store} stays unset.
 */
@ApplicationScoped
@Unremovable
public class TrustedPeers implements ServerBuilderCustomizer<VertxServerBuilder> {
    private final TlsConfig tls;

    @Inject
    public TrustedPeers(TlsConfig tls) {
        this.tls = tls;
    }

    @Override
    public void customize(GrpcServerConfiguration server, VertxServerBuilder builder) {
        tls.dir()
                .ifPresent(dir -> builder.useSsl(options -> options.setTrustOptions(
                        new PemTrustOptions().addCertPath(dir.resolve("ca.crt").toString()))));
    }
}
