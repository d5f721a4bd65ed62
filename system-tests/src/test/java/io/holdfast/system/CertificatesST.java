package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.clusters.v1.ClustersGrpc;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.usage.v1.UsageGrpc;
import io.holdfast.testkit.DevCertificates;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each gRPC method refuses a caller with no, a foreign and an expired certificate. */
class CertificatesST {
    private static final DevCertificates CERTIFICATES = DevCertificates.in(Stack.DIRECTORY.resolve("tls"));

    /** A method of a running service; it prints as the method's name. */
    record Target(String address, MethodDescriptor<?, ?> method) {
        @Override
        public String toString() {
            return method.getFullMethodName();
        }
    }

    static Stream<Target> methods() {
        StackEnvironment stack = Stack.up();
        String keys = stack.get("HOLDFAST_KEYS_GRPC");
        return Stream.of(
                        methods(keys, AccessGrpc.getServiceDescriptor()),
                        methods(keys, BindingsGrpc.getServiceDescriptor()),
                        methods(keys, KeyCryptoGrpc.getServiceDescriptor()),
                        methods(stack.get("HOLDFAST_CLUSTERS_GRPC"), ClustersGrpc.getServiceDescriptor()),
                        methods(stack.get("HOLDFAST_SECRETS_GRPC"), UsageGrpc.getServiceDescriptor()))
                .flatMap(targets -> targets);
    }

    private static Stream<Target> methods(String address, ServiceDescriptor service) {
        return service.getMethods().stream().map(method -> new Target(address, method));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void refusesNoForeignAndExpiredCertificates(Target target) throws SSLException {
        // The same call with a good certificate gets past the handshake: what is refused below is the certificate.
        assertThat(call(target, Optional.of(good())).getCode())
                .as("a service's certificate")
                .isNotEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call(target, Optional.empty()).getCode())
                .as("no certificate")
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call(target, Optional.of(CERTIFICATES.foreign("secret-service")))
                        .getCode())
                .as("a certificate of another authority")
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call(target, Optional.of(CERTIFICATES.expired("secret-service")))
                        .getCode())
                .as("an expired certificate")
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aClustersCertificateIsNoServices(Target target) throws SSLException {
        DevCertificates.Issued cluster =
                CERTIFICATES.issueCluster("stranger", "ocid1.cluster.oc1.iad.aaaaaaaastranger");

        Status.Code code = call(target, Optional.of(cluster)).getCode();

        // KeyCrypto serves clusters too, but each only its own binding: there is none of an empty name.
        boolean cryptoForClusters = target.method().getFullMethodName().startsWith("holdfast.keycrypto.v1.KeyCrypto/");
        assertThat(code).isEqualTo(cryptoForClusters ? Status.Code.INVALID_ARGUMENT : Status.Code.PERMISSION_DENIED);
    }

    private static DevCertificates.Issued good() {
        return new DevCertificates.Issued(
                CERTIFICATES.certificateOf("secret-service"),
                CERTIFICATES.keyOf("secret-service"),
                CERTIFICATES.authorityFile());
    }

    /** Calls with an empty request and says how it ended. */
    private static Status call(Target target, Optional<DevCertificates.Issued> identity) throws SSLException {
        SslContextBuilder tls = GrpcSslContexts.forClient()
                .trustManager(CERTIFICATES.authorityFile().toFile());
        identity.ifPresent(
                it -> tls.keyManager(it.certificate().toFile(), it.key().toFile()));
        ManagedChannel channel = NettyChannelBuilder.forTarget(target.address())
                .sslContext(tls.build())
                .build();
        try {
            MethodDescriptor<InputStream, InputStream> raw =
                    target.method().toBuilder(new Raw(), new Raw()).build();
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS);
            InputStream empty = new ByteArrayInputStream(new byte[0]);
            if (raw.getType().serverSendsOneMessage()) {
                ClientCalls.blockingUnaryCall(channel, raw, options, empty);
            } else {
                ClientCalls.blockingServerStreamingCall(
                                channel,
                                raw.toBuilder()
                                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                                        .build(),
                                options,
                                empty)
                        .forEachRemaining(message -> {});
            }
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        } finally {
            channel.shutdownNow();
        }
    }

    /** Bytes as they are: the methods' own types do not matter for who may call. */
    private static final class Raw implements MethodDescriptor.Marshaller<InputStream> {
        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return stream;
        }
    }
}
