package io.holdfast.secretservice.keys;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.GetRequest;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.UnwrapResponse;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * key-service over mutual TLS. Thread safe.
 *
 * <p>gRPC holds payloads in buffers that nobody can wipe; they live as long as the call does and are never logged.
 */
public final class GrpcKeyAccess implements KeyAccess, BindingDirectory {
    private static final Metadata.Key<String> DENIAL =
            Metadata.Key.of("holdfast-denial", Metadata.ASCII_STRING_MARSHALLER);

    private final KeyCryptoGrpc.KeyCryptoBlockingStub crypto;
    private final AccessGrpc.AccessBlockingStub access;
    private final BindingsGrpc.BindingsBlockingStub bindings;
    private final Duration timeout;

    /** @param timeout of one call */
    public GrpcKeyAccess(Channel channel, Duration timeout) {
        this.crypto = KeyCryptoGrpc.newBlockingStub(channel);
        this.access = AccessGrpc.newBlockingStub(channel);
        this.bindings = BindingsGrpc.newBlockingStub(channel);
        this.timeout = timeout;
    }

    @Override
    public Wrapped wrap(BindingId binding, List<SecretBytes> payloads) {
        requireBatch(payloads.size());
        WrapRequest.Builder request = WrapRequest.newBuilder().setBindingId(binding.value());
        for (SecretBytes payload : payloads) {
            request.addPayloads(payload.use(ByteString::copyFrom));
        }
        return answer(() -> {
            WrapResponse response = within(crypto).wrap(request.build());
            if (response.getWrappedCount() != payloads.size()) {
                throw outOfContract(response.getWrappedCount() + " answers to " + payloads.size() + " payloads", null);
            }
            return new Wrapped(
                    version(response.getKeyVersionId(), response.getKeyVersionNumber()),
                    response.getStateRevision(),
                    response.getWrappedList().stream()
                            .map(wrapped -> Bytes.takeOwnershipOf(wrapped.toByteArray()))
                            .toList());
        });
    }

    @Override
    public Unwrapped unwrap(BindingId binding, List<Bytes> wrapped) {
        requireBatch(wrapped.size());
        UnwrapRequest.Builder request = UnwrapRequest.newBuilder().setBindingId(binding.value());
        for (Bytes each : wrapped) {
            // toArray is a copy of its own already.
            request.addWrapped(UnsafeByteOperations.unsafeWrap(each.toArray()));
        }
        return answer(() -> {
            UnwrapResponse response = within(crypto).unwrap(request.build());
            if (response.getResultsCount() != wrapped.size()) {
                throw outOfContract(response.getResultsCount() + " answers to " + wrapped.size() + " keys", null);
            }
            List<Result> results = new ArrayList<>(wrapped.size());
            for (var result : response.getResultsList()) {
                results.add(
                        switch (result.getResultCase()) {
                            case PAYLOAD ->
                                new Payload(SecretBytes.takeOwnershipOf(
                                        result.getPayload().toByteArray()));
                            case FAILURE, RESULT_NOT_SET -> new Unreadable();
                        });
            }
            return new Unwrapped(response.getStateRevision(), results);
        });
    }

    @Override
    public Grants grants(List<BindingId> asked) {
        requireBatch(asked.size());
        GrantsRequest request = GrantsRequest.newBuilder()
                .addAllBindingIds(asked.stream().map(BindingId::value).toList())
                .build();
        return answer(() -> {
            GrantsResponse response = within(access).grants(request);
            if (response.getGrantsCount() != asked.size()) {
                throw outOfContract(response.getGrantsCount() + " grants for " + asked.size() + " bindings", null);
            }
            List<Grant> grants = new ArrayList<>(asked.size());
            Validity holdsUntil = Validity.UNTIL_CHANGE;
            for (int i = 0; i < asked.size(); i++) {
                holdsUntil =
                        holdsUntil.and(Validity.ofMillis(response.getGrants(i).getHoldsUntilMillis()));
                grants.add(grant(asked.get(i), response.getGrants(i)));
            }
            return new Grants(response.getStateRevision(), holdsUntil, grants);
        });
    }

    private static Grant grant(BindingId asked, io.holdfast.contracts.access.v1.Grant grant) {
        if (!grant.getBindingId().equals(asked.value())) {
            throw outOfContract("a grant for another binding", null);
        }
        Optional<KeyId> key = grant.getKeyId().isEmpty() ? Optional.empty() : Optional.of(new KeyId(grant.getKeyId()));
        if (grant.getAllowed()) {
            return new Allowed(
                    asked,
                    key.orElseThrow(() -> outOfContract("a grant without a key", null)),
                    version(grant.getCurrentKeyVersionId(), grant.getCurrentKeyVersionNumber()));
        }
        Denial denial =
                switch (grant.getDenial()) {
                    case KEY_DISABLED -> Denial.KEY_DISABLED;
                    case KEY_PENDING_DELETION -> Denial.KEY_PENDING_DELETION;
                    case KEY_DELETED -> Denial.KEY_DELETED;
                    case BINDING_RELEASED -> Denial.BINDING_RELEASED;
                    case VAULT_UNAVAILABLE -> Denial.VAULT_UNAVAILABLE;
                    case POLICY, DENIAL_UNSPECIFIED, UNRECOGNIZED -> Denial.POLICY;
                };
        return new Withheld(asked, key, denial, grant.getReason());
    }

    @Override
    public Optional<Binding> find(BindingId binding) {
        try {
            var found = within(bindings)
                    .get(GetRequest.newBuilder().setBindingId(binding.value()).build());
            return Optional.of(new Binding(
                    binding,
                    new ClusterId(found.getClusterId()),
                    new KeyId(found.getKeyId()),
                    found.getState() == BindingState.RELEASED));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw unavailable(e);
        } catch (ProblemException e) {
            throw outOfContract("a binding with a malformed identifier", e);
        }
    }

    private <T> T answer(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            Metadata trailers = e.getTrailers();
            String denial = trailers == null ? null : trailers.get(DENIAL);
            String description = e.getStatus().getDescription();
            String sentence = description == null ? "the use of the key is withheld" : description;
            switch (e.getStatus().getCode()) {
                case FAILED_PRECONDITION -> {
                    if (denial != null) {
                        throw new KeyAccessRefused(Denial.of(denial), sentence);
                    }
                    throw unavailable(e);
                }
                case NOT_FOUND -> throw new KeyAccessRefused(Denial.BINDING_RELEASED, sentence);
                // Not the custodian, an unreachable server, a bug: nothing that a key's owner has decided.
                case OK,
                        CANCELLED,
                        UNKNOWN,
                        INVALID_ARGUMENT,
                        DEADLINE_EXCEEDED,
                        ALREADY_EXISTS,
                        PERMISSION_DENIED,
                        RESOURCE_EXHAUSTED,
                        ABORTED,
                        OUT_OF_RANGE,
                        UNIMPLEMENTED,
                        INTERNAL,
                        UNAVAILABLE,
                        DATA_LOSS,
                        UNAUTHENTICATED -> throw unavailable(e);
            }
            throw unavailable(e);
        } catch (ProblemException | IllegalArgumentException e) {
            throw outOfContract("an answer with a malformed identifier", e);
        }
    }

    private static KeyVersion version(String id, long number) {
        return new KeyVersion(new KeyVersionId(id), number);
    }

    private static void requireBatch(int size) {
        if (size < 1 || size > MAX_BATCH) {
            throw new IllegalStateException("a batch of " + size);
        }
    }

    private static KeyServiceUnavailable unavailable(StatusRuntimeException e) {
        return new KeyServiceUnavailable(
                "key-service: " + e.getStatus().getCode() + " " + e.getStatus().getDescription(), e);
    }

    private static KeyServiceUnavailable outOfContract(
            String what, @org.jspecify.annotations.Nullable Throwable cause) {
        return new KeyServiceUnavailable("key-service answers out of contract: " + what, cause);
    }

    private <S extends io.grpc.stub.AbstractStub<S>> S within(S stub) {
        return stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
}
