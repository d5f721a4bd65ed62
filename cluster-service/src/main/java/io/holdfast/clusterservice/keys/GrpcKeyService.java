package io.holdfast.clusterservice.keys;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.bindings.v1.ActivateRequest;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.Binding;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.bindings.v1.ListResponse;
import io.holdfast.contracts.bindings.v1.Refusal;
import io.holdfast.contracts.bindings.v1.ReleaseRequest;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.KeyServiceClient;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** key-service over gRPC and mutual TLS (holdfast.bindings.v1, holdfast.access.v1). */
@ApplicationScoped
public class GrpcKeyService implements KeyService {
    private static final int PAGE = 500;
    private static final int MOST_PAGES = 200;

    private final KeyServiceClient client;

    public GrpcKeyService(KeyServiceClient client) {
        this.client = client;
    }

    @Override
    public BindOutcome bind(Wish wish) {
        BindRequest request = BindRequest.newBuilder()
                .setClusterId(wish.clusterId().value())
                .setClusterCompartmentId(wish.compartmentId().value())
                .setTenancyId(wish.tenancyId().value())
                .setKeyId(wish.keyId().value())
                .setRequestedByUserId(wish.requestedBy().id())
                .setRequestedByTenancyId(wish.requestedBy().tenancyId().value())
                .build();
        BindResponse answer = call("Bind", () -> bindings().bind(request));
        return switch (answer.getOutcomeCase()) {
            case BINDING -> new Bound(id(answer.getBinding()));
            case REFUSAL ->
                new Refused(why(answer.getRefusal()), answer.getRefusal().getMessage());
            case OUTCOME_NOT_SET -> throw new KeyServiceUnavailable("Bind gave no outcome", null);
        };
    }

    private static Why why(Refusal refusal) {
        return switch (refusal.getKind()) {
            case KEY_NOT_FOUND -> Why.KEY_NOT_FOUND;
            case KEY_NOT_ENABLED -> Why.KEY_NOT_ENABLED;
            case NOT_PERMITTED -> Why.NOT_PERMITTED;
            case KEY_UNSUITABLE -> Why.KEY_UNSUITABLE;
            // A refusal of a later version, or none: the outcome is not understood, so nothing may rest on it.
            case KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new KeyServiceUnavailable("Bind refused for an unknown reason", null);
        };
    }

    @Override
    public boolean activate(BindingId binding) {
        ActivateRequest request =
                ActivateRequest.newBuilder().setBindingId(binding.value()).build();
        try {
            var unused = bindings().activate(request);
            return true;
        } catch (StatusRuntimeException e) {
            if (is(e, Status.Code.FAILED_PRECONDITION) || is(e, Status.Code.NOT_FOUND)) {
                return false;
            }
            throw new KeyServiceUnavailable("Activate", e);
        }
    }

    @Override
    public void release(BindingId binding) {
        ReleaseRequest request =
                ReleaseRequest.newBuilder().setBindingId(binding.value()).build();
        try {
            var unused = bindings().release(request);
        } catch (StatusRuntimeException e) {
            if (!is(e, Status.Code.NOT_FOUND)) {
                throw new KeyServiceUnavailable("Release", e);
            }
        }
    }

    @Override
    public Optional<BindingId> held(KeyId key, ClusterId cluster) {
        String token = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            ListRequest request = ListRequest.newBuilder()
                    .setKeyId(key.value())
                    .setLimit(PAGE)
                    .setPageToken(token)
                    .build();
            ListResponse answer = call("List", () -> bindings().list(request));
            for (Binding binding : answer.getBindingsList()) {
                if (binding.getClusterId().equals(cluster.value()) && binding.getState() != BindingState.RELEASED) {
                    return Optional.of(id(binding));
                }
            }
            token = answer.getNextPageToken();
            if (token.isEmpty()) {
                return Optional.empty();
            }
        }
        throw new KeyServiceUnavailable("List has more than " + MOST_PAGES + " pages", null);
    }

    @Override
    public Grant grant(BindingId binding) {
        GrantsRequest request =
                GrantsRequest.newBuilder().addBindingIds(binding.value()).build();
        GrantsResponse answer = call("Grants", () -> access().grants(request));
        if (answer.getGrantsCount() != 1 || !answer.getGrants(0).getBindingId().equals(binding.value())) {
            throw new KeyServiceUnavailable("Grants answered for another binding", null);
        }
        io.holdfast.contracts.access.v1.Grant grant = answer.getGrants(0);
        if (grant.getAllowed()) {
            return new Allowed();
        }
        Denial denial = grant.getDenial();
        return new Withheld(
                denial == Denial.UNRECOGNIZED ? "UNKNOWN" : denial.name(),
                grant.getKeyState(),
                grant.getTimeOfDeletionMillis() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(grant.getTimeOfDeletionMillis())),
                grant.getReason());
    }

    @Override
    public KubectlToken issueToken(Caller user, ClusterId cluster, Duration lifetime) {
        IssueClusterTokenRequest request = IssueClusterTokenRequest.newBuilder()
                .setPrincipal(Principal.newBuilder()
                        .setType(user.type())
                        .setId(user.id())
                        .setName(user.name())
                        .setTenancyId(user.tenancyId().value())
                        .setCompartmentId(user.compartmentId()))
                .setClusterId(cluster.value())
                .setLifetimeSeconds(Math.toIntExact(lifetime.toSeconds()))
                .build();
        IssueClusterTokenResponse answer = call("IssueClusterToken", () -> {
            try {
                return access().issueClusterToken(request);
            } catch (StatusRuntimeException e) {
                if (is(e, Status.Code.NOT_FOUND)) {
                    // Blocked or deleted since the request was authenticated: answered as if it came now.
                    throw new ProblemException(
                            ProblemCode.NOT_AUTHENTICATED, ProblemCode.NOT_AUTHENTICATED.defaultMessage(), e);
                }
                throw e;
            }
        });
        return new KubectlToken(answer.getToken(), Instant.ofEpochMilli(answer.getExpiresAtMillis()));
    }

    private BindingsGrpc.BindingsBlockingStub bindings() {
        return bounded(BindingsGrpc.newBlockingStub(channel()));
    }

    private AccessGrpc.AccessBlockingStub access() {
        return bounded(AccessGrpc.newBlockingStub(channel()));
    }

    private Channel channel() {
        return client.channel();
    }

    private <S extends AbstractBlockingStub<S>> S bounded(S stub) {
        return stub.withDeadlineAfter(client.callTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private static <T> T call(String method, Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw failure(method, e);
        }
    }

    private static ProblemException failure(String method, StatusRuntimeException e) {
        return Overload.isRefusal(e)
                ? new ProblemException(ProblemCode.TOO_MANY_REQUESTS, ProblemCode.TOO_MANY_REQUESTS.defaultMessage(), e)
                : new KeyServiceUnavailable(method, e);
    }

    private static BindingId id(Binding binding) {
        try {
            return new BindingId(binding.getId());
        } catch (ProblemException e) {
            throw new KeyServiceUnavailable("a binding without a valid id", e);
        }
    }

    private static boolean is(StatusRuntimeException failure, Status.Code code) {
        return failure.getStatus().getCode() == code;
    }
}
