package io.holdfast.system.load;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc.KeyCryptoStub;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.UnwrapResponse;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.system.StackEnvironment;
import io.holdfast.system.StepFailed;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client of {@code KeyCrypto} for one binding, over one connection with mutual TLS as secret-service has one. */
final class Caller implements AutoCloseable {
    private static final String CUSTODIAN = "secret-service";

    private final ManagedChannel channel;
    private final KeyCryptoStub crypto;
    private final String binding;
    private final boolean echo;

    private Caller(ManagedChannel channel, String binding, boolean echo) {
        this.channel = channel;
        this.crypto = KeyCryptoGrpc.newStub(channel);
        this.binding = binding;
        this.echo = echo;
    }

    static Caller ofKeyService(StackEnvironment stack, String binding) {
        return new Caller(channel(stack, stack.get("HOLDFAST_KEYS_GRPC")), binding, false);
    }

    /** The same calls to the echo, whose answers have the right length and no more. */
    static Caller ofEcho(StackEnvironment stack, String address, String binding) {
        return new Caller(channel(stack, address), binding, true);
    }

    /** Answers on the thread that read them: what the client does with them costs nothing. */
    static ManagedChannel channel(StackEnvironment stack, String address) {
        Path tls = stack.directory().resolve("tls");
        try {
            return NettyChannelBuilder.forTarget(address)
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(stack.certificateAuthority().toFile())
                            .keyManager(
                                    tls.resolve(CUSTODIAN + ".crt").toFile(),
                                    tls.resolve(CUSTODIAN + ".key").toFile())
                            .build())
                    .directExecutor()
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("the certificates in " + tls + " are unusable", e);
        }
    }

    /** Wraps one payload, unwraps the answer, and compares. */
    void wrapAndUnwrap(ByteString payload, Meter.Done done) {
        wrap(List.of(payload), (wrapped, failed) -> {
            if (wrapped == null) {
                done.ended(failed);
                return;
            }
            unwrap(wrapped.getWrappedList(), (unwrapped, why) -> {
                if (unwrapped == null) {
                    done.ended(why);
                    return;
                }
                ByteString found = unwrapped.getResults(0).getPayload();
                boolean same = echo ? found.size() == payload.size() : found.equals(payload);
                done.ended(same ? null : new StepFailed("another payload came back"));
            });
        });
    }

    void wrap(List<ByteString> payloads, BiConsumer<@Nullable WrapResponse, @Nullable Throwable> answer) {
        crypto.wrap(
                WrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addAllPayloads(payloads)
                        .build(),
                new Single<>(answer));
    }

    void unwrap(List<ByteString> wrapped, BiConsumer<@Nullable UnwrapResponse, @Nullable Throwable> answer) {
        crypto.unwrap(
                UnwrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addAllWrapped(wrapped)
                        .build(),
                new Single<>(answer));
    }

    /** Wraps and waits. */
    WrapResponse wrap(List<ByteString> payloads) {
        CompletableFuture<WrapResponse> answer = new CompletableFuture<>();
        wrap(payloads, (wrapped, failed) -> {
            if (failed != null) {
                answer.completeExceptionally(failed);
            } else {
                answer.complete(wrapped);
            }
        });
        return answer.join();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** The one answer of a unary call, told when the call has ended. */
    private static final class Single<T> implements StreamObserver<T> {
        private final BiConsumer<@Nullable T, @Nullable Throwable> answer;
        private @Nullable T value;

        private Single(BiConsumer<@Nullable T, @Nullable Throwable> answer) {
            this.answer = answer;
        }

        @Override
        public void onNext(T value) {
            this.value = value;
        }

        @Override
        public void onError(Throwable failure) {
            answer.accept(null, failure);
        }

        @Override
        public void onCompleted() {
            answer.accept(value, null);
        }
    }
}
