package io.holdfast.keyservice.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.UnwrapResponse;
import io.holdfast.contracts.keycrypto.v1.Unwrapped;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.crypto.BindingCrypto;
import io.holdfast.keyservice.crypto.BindingCrypto.Item;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.platform.access.PeerIdentity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** {@code holdfast.keycrypto.v1.KeyCrypto}: for the custodian or the subject of the binding. */
@Singleton
public class KeyCryptoService extends KeyCryptoGrpc.KeyCryptoImplBase {
    private static final int MOST_ITEMS = 500;
    /** Of all calls that run: some milliseconds' work for this machine, a fraction of what a use may take. */
    private static final int MOST_AT_ONCE = 32 * MOST_ITEMS;
    /** Items of one call that is answered on the thread of its connection; others wait for it meanwhile. */
    private static final int MOST_AT_HAND = 8;

    private static final int LONGEST_PAYLOAD = 512;
    private static final int LONGEST_WRAPPED = 1024;

    private final BindingCrypto crypto;
    private final Answers answers;
    private final Counter wrapped;
    private final Counter unwrapped;
    private final Counter failed;
    private final KeyUses uses;
    private final Capacity capacity = new Capacity(MOST_AT_ONCE);

    public KeyCryptoService(BindingCrypto crypto, KeyUses uses, Answers answers, MeterRegistry meters) {
        this.uses = uses;
        this.crypto = crypto;
        this.answers = answers;
        this.wrapped = meters.counter("holdfast.keys.deks", "outcome", "wrapped");
        this.unwrapped = meters.counter("holdfast.keys.deks", "outcome", "unwrapped");
        this.failed = meters.counter("holdfast.keys.deks", "outcome", "failed");
    }

    @Override
    public void wrap(WrapRequest request, StreamObserver<WrapResponse> call) {
        Predicate<Binding.Facts> mayAsk = Peers.servedFor(PeerIdentity.current());
        answer(
                "Wrap",
                call,
                request.getPayloadsCount(),
                () -> wrap(request, (binding, payloads) -> crypto.wrapAtHand(binding, mayAsk, payloads)),
                () -> wrap(request, (binding, payloads) -> Optional.of(crypto.wrap(binding, mayAsk, payloads))));
    }

    @Override
    public void unwrap(UnwrapRequest request, StreamObserver<UnwrapResponse> call) {
        Predicate<Binding.Facts> mayAsk = Peers.servedFor(PeerIdentity.current());
        answer(
                "Unwrap",
                call,
                request.getWrappedCount(),
                () -> unwrap(request, (binding, items) -> crypto.unwrapAtHand(binding, mayAsk, items)),
                () -> unwrap(request, (binding, items) -> Optional.of(crypto.unwrap(binding, mayAsk, items))));
    }

    /** A few items whose key is open take less time than a change of threads does. */
    private <T> void answer(
            String method,
            StreamObserver<T> call,
            int items,
            Supplier<Optional<T>> atHand,
            Supplier<Optional<T>> body) {
        answers.answer(
                method,
                call,
                () -> items > MOST_AT_HAND ? Optional.empty() : uses.run(atHand),
                // Too many items are refused within, whatever else runs.
                () -> capacity.run(Math.min(items, MOST_ITEMS), () -> uses.run(body))
                        .orElseThrow());
    }

    private Optional<WrapResponse> wrap(
            WrapRequest request, BiFunction<BindingId, List<SecretBytes>, Optional<BindingCrypto.Wrapped>> how) {
        BindingId binding = Answers.id(request.getBindingId(), "binding_id", BindingId::new);
        requireBounds(request.getPayloadsList(), "payloads", LONGEST_PAYLOAD);
        List<SecretBytes> payloads = new ArrayList<>(request.getPayloadsCount());
        try {
            request.getPayloadsList()
                    .forEach(payload -> payloads.add(SecretBytes.takeOwnershipOf(payload.toByteArray())));
            return how.apply(binding, payloads).map(this::response);
        } finally {
            payloads.forEach(SecretBytes::close);
        }
    }

    private WrapResponse response(BindingCrypto.Wrapped answer) {
        wrapped.increment(answer.wrapped().size());
        WrapResponse.Builder response = WrapResponse.newBuilder()
                .setKeyVersionId(answer.version().value())
                .setKeyVersionNumber(answer.versionNumber())
                .setStateRevision(answer.stateRevision());
        answer.wrapped().forEach(each -> response.addWrapped(UnsafeByteOperations.unsafeWrap(each.toArray())));
        return response.build();
    }

    private Optional<UnwrapResponse> unwrap(
            UnwrapRequest request, BiFunction<BindingId, List<Bytes>, Optional<BindingCrypto.Unwrapped>> how) {
        BindingId binding = Answers.id(request.getBindingId(), "binding_id", BindingId::new);
        requireBounds(request.getWrappedList(), "wrapped", LONGEST_WRAPPED);
        List<Bytes> items = request.getWrappedList().stream()
                .map(each -> Bytes.takeOwnershipOf(each.toByteArray()))
                .toList();
        return how.apply(binding, items).map(this::response);
    }

    private UnwrapResponse response(BindingCrypto.Unwrapped answer) {
        try {
            UnwrapResponse.Builder response = UnwrapResponse.newBuilder().setStateRevision(answer.stateRevision());
            answer.items().forEach(item -> response.addResults(result(item)));
            return response.build();
        } finally {
            BindingCrypto.wipe(answer.items());
        }
    }

    private Unwrapped result(Item item) {
        return switch (item) {
            case Item.Payload payload -> {
                unwrapped.increment();
                // The message keeps a copy until it is sent: gRPC offers no way to wipe it.
                yield Unwrapped.newBuilder()
                        .setPayload(payload.bytes().use(ByteString::copyFrom))
                        .build();
            }
            case Item.Damaged damaged -> failure(Unwrapped.Failure.DAMAGED);
            case Item.VersionUnavailable gone -> failure(Unwrapped.Failure.KEY_VERSION_UNAVAILABLE);
        };
    }

    private Unwrapped failure(Unwrapped.Failure failure) {
        failed.increment();
        return Unwrapped.newBuilder().setFailure(failure).build();
    }

    /** Before any work is done. */
    private static void requireBounds(List<ByteString> items, String field, int longest) {
        if (items.size() > MOST_ITEMS) {
            throw Answers.of(Status.Code.RESOURCE_EXHAUSTED, field + " has more than " + MOST_ITEMS + " items");
        }
        if (items.isEmpty()) {
            throw Answers.of(Status.Code.INVALID_ARGUMENT, field + " is empty");
        }
        for (ByteString item : items) {
            if (item.isEmpty() || item.size() > longest) {
                throw Answers.of(
                        Status.Code.INVALID_ARGUMENT, "each of " + field + " must have 1 to " + longest + " bytes");
            }
        }
    }
}
