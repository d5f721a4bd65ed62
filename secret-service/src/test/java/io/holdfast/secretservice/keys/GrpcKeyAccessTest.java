package io.holdfast.secretservice.keys;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.UnwrapResponse;
import io.holdfast.contracts.keycrypto.v1.Unwrapped;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.SecretBytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The gRPC adapter against the contract on the wire, served by the in-process key service. */
class GrpcKeyAccessTest extends InProcessKeyServiceTest {
    private Server server;
    private ManagedChannel channel;
    private KeyAccess adapter;

    @BeforeEach
    void serve() throws IOException {
        KeyAccess behind = super.access();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Crypto(behind))
                .addService(new Access(behind))
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        adapter = new GrpcKeyAccess(channel, Duration.ofSeconds(5));
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Override
    protected KeyAccess access() {
        return adapter;
    }

    private static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
        try {
            observer.onNext(work.get());
            observer.onCompleted();
        } catch (KeyAccessRefused refused) {
            Metadata trailers = new Metadata();
            trailers.put(
                    Metadata.Key.of("holdfast-denial", Metadata.ASCII_STRING_MARSHALLER),
                    refused.denial().name());
            observer.onError(new StatusRuntimeException(
                    Status.FAILED_PRECONDITION.withDescription(refused.getMessage()), trailers));
        }
    }

    private static final class Crypto extends KeyCryptoGrpc.KeyCryptoImplBase {
        private final KeyAccess behind;

        Crypto(KeyAccess behind) {
            this.behind = behind;
        }

        @Override
        public void wrap(WrapRequest request, StreamObserver<WrapResponse> observer) {
            answer(observer, () -> {
                KeyAccess.Wrapped wrapped = behind.wrap(
                        new BindingId(request.getBindingId()),
                        request.getPayloadsList().stream()
                                .map(payload -> SecretBytes.takeOwnershipOf(payload.toByteArray()))
                                .toList());
                return WrapResponse.newBuilder()
                        .setKeyVersionId(wrapped.version().id().value())
                        .setKeyVersionNumber(wrapped.version().number())
                        .setStateRevision(wrapped.stateRevision())
                        .addAllWrapped(wrapped.wrapped().stream()
                                .map(each -> ByteString.copyFrom(each.toArray()))
                                .toList())
                        .build();
            });
        }

        @Override
        public void unwrap(UnwrapRequest request, StreamObserver<UnwrapResponse> observer) {
            answer(observer, () -> {
                KeyAccess.Unwrapped unwrapped = behind.unwrap(
                        new BindingId(request.getBindingId()),
                        request.getWrappedList().stream()
                                .map(each -> Bytes.takeOwnershipOf(each.toByteArray()))
                                .toList());
                UnwrapResponse.Builder response =
                        UnwrapResponse.newBuilder().setStateRevision(unwrapped.stateRevision());
                for (KeyAccess.Result result : unwrapped.results()) {
                    response.addResults(
                            switch (result) {
                                case KeyAccess.Payload payload ->
                                    Unwrapped.newBuilder()
                                            .setPayload(payload.bytes().use(ByteString::copyFrom))
                                            .build();
                                case KeyAccess.Unreadable unreadable ->
                                    Unwrapped.newBuilder()
                                            .setFailure(Unwrapped.Failure.DAMAGED)
                                            .build();
                            });
                }
                return response.build();
            });
        }
    }

    private static final class Access extends AccessGrpc.AccessImplBase {
        private final KeyAccess behind;

        Access(KeyAccess behind) {
            this.behind = behind;
        }

        @Override
        public void grants(GrantsRequest request, StreamObserver<GrantsResponse> observer) {
            answer(observer, () -> {
                KeyAccess.Grants grants = behind.grants(
                        request.getBindingIdsList().stream().map(BindingId::new).toList());
                GrantsResponse.Builder response = GrantsResponse.newBuilder().setStateRevision(grants.stateRevision());
                for (KeyAccess.Grant grant : grants.grants()) {
                    Grant.Builder built = Grant.newBuilder()
                            .setBindingId(grant.bindingId().value())
                            .setHoldsUntilMillis(grants.holdsUntil().millis());
                    switch (grant) {
                        case KeyAccess.Allowed allowed ->
                            built.setAllowed(true)
                                    .setKeyId(allowed.keyId().value())
                                    .setCurrentKeyVersionId(
                                            allowed.current().id().value())
                                    .setCurrentKeyVersionNumber(
                                            allowed.current().number());
                        case KeyAccess.Withheld withheld ->
                            built.setReason(withheld.explanation())
                                    .setDenial(io.holdfast.contracts.access.v1.Denial.valueOf(
                                            withheld.denial().name()));
                    }
                    response.addGrants(built);
                }
                return response.build();
            });
        }
    }
}
