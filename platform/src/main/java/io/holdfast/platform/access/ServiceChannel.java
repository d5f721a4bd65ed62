package io.holdfast.platform.access;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Opens gRPC channels between services: mutual TLS, the server's certificate checked against our CA, against the host's
 * name, and against the one service that it must be.
 */
public final class ServiceChannel {
    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;

    private ServiceChannel() {}

    /**
     * Opens a channel; connects at first use.
     *
     * @param tlsDirectory with {@code ca.crt}, {@code <self>.crt} and {@code <self>.key}
     * @param self this service's name in the file names
     * @param server the name of the service that must answer, for example {@code key-service}
     * @param target {@code host:port}
     */
    public static ManagedChannel open(Path tlsDirectory, String self, String server, String target) {
        try {
            SslContext context = GrpcSslContexts.forClient()
                    .trustManager(trusting(tlsDirectory.resolve("ca.crt"), "holdfast://service/" + server))
                    .keyManager(
                            tlsDirectory.resolve(self + ".crt").toFile(),
                            tlsDirectory.resolve(self + ".key").toFile())
                    .protocols("TLSv1.3")
                    .build();
            return NettyChannelBuilder.forTarget("dns:///" + target)
                    .sslContext(context)
                    .maxInboundMessageSize(LARGEST_ANSWER)
                    .keepAliveTime(20, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .intercept(new TraceContext())
                    .build();
        } catch (IOException failure) {
            throw new UncheckedIOException("certificates of " + self + " in " + tlsDirectory, failure);
        } catch (GeneralSecurityException failure) {
            throw new IllegalArgumentException("certificates of " + self + " in " + tlsDirectory, failure);
        }
    }

    private static X509ExtendedTrustManager trusting(Path authority, String uri)
            throws IOException, GeneralSecurityException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            int number = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                anchors.setCertificateEntry("ca-" + number++, each);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return new NamedPeer(extended, uri);
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }

    /** Adds to the usual checks that the peer's certificate names one URI. */
    private static final class NamedPeer extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager usual;
        private final String uri;

        NamedPeer(X509ExtendedTrustManager usual, String uri) {
            this.usual = usual;
            this.uri = uri;
        }

        private void requireName(X509Certificate[] chain) throws CertificateException {
            if (!PeerIdentity.uris(chain[0]).contains(uri)) {
                throw new CertificateException("the peer's certificate does not name " + uri);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            usual.checkServerTrusted(chain, authType, engine);
            requireName(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            usual.checkServerTrusted(chain, authType, socket);
            requireName(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("a server is only trusted on a connection");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return usual.getAcceptedIssuers();
        }
    }

    /** Sends the running trace along. */
    private static final class TraceContext implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            Context context = Context.current();
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    GlobalOpenTelemetry.getPropagators()
                            .getTextMapPropagator()
                            .inject(
                                    context,
                                    headers,
                                    (carrier, name, value) -> java.util.Objects.requireNonNull(carrier)
                                            .put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
                    super.start(listener, headers);
                }
            };
        }
    }
}
