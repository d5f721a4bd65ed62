package io.holdfast.system.load;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.UnwrapResponse;
import io.holdfast.contracts.keycrypto.v1.Unwrapped;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * The yardstick of {@link WrapLoad}: a bare gRPC server with mutual TLS that answers {@code KeyCrypto} with messages of the
 * same lengths and does nothing else. It answers on Netty's own thread, which is the least a gRPC server can do.
 *
 * <p>Arguments: the stack's directory of certificates, the lengths of a wrapped key, of a payload and of a key version's
 * OCID, in bytes. Prints its port; ends when its standard input does.
 */
public final class EchoMain {
    private EchoMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path tls = Path.of(args[0]);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .sslContext(GrpcSslContexts.forServer(
                                tls.resolve("key-service.crt").toFile(),
                                tls.resolve("key-service.key").toFile())
                        .trustManager(tls.resolve("ca.crt").toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build())
                .directExecutor()
                .addService(new Echo(
                        Integer.parseInt(args[1]), Integer.parseInt(args[2]), "v".repeat(Integer.parseInt(args[3]))))
                .build()
                .start();
        System.out.println(server.getPort());
        while (System.in.read() >= 0) {
            // Nothing is said here; what counts is the end.
        }
        server.shutdownNow().awaitTermination();
    }

    private static final class Echo extends KeyCryptoGrpc.KeyCryptoImplBase {
        private static final int REVISION = 1_000_000;

        private final ByteString wrapped;
        private final Unwrapped payload;
        private final String version;

        private Echo(int wrappedLength, int payloadLength, String version) {
            this.wrapped = ByteString.copyFrom(new byte[wrappedLength]);
            this.payload = Unwrapped.newBuilder()
                    .setPayload(ByteString.copyFrom(new byte[payloadLength]))
                    .build();
            this.version = version;
        }

        @Override
        public void wrap(WrapRequest request, StreamObserver<WrapResponse> call) {
            WrapResponse.Builder answer = WrapResponse.newBuilder()
                    .setKeyVersionId(version)
                    .setKeyVersionNumber(1)
                    .setStateRevision(REVISION);
            request.getPayloadsList().forEach(each -> answer.addWrapped(wrapped));
            call.onNext(answer.build());
            call.onCompleted();
        }

        @Override
        public void unwrap(UnwrapRequest request, StreamObserver<UnwrapResponse> call) {
            UnwrapResponse.Builder answer = UnwrapResponse.newBuilder().setStateRevision(REVISION);
            request.getWrappedList().forEach(each -> answer.addResults(payload));
            call.onNext(answer.build());
            call.onCompleted();
        }
    }
}
