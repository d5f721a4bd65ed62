package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.bindings.v1.ActivateRequest;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.GetRequest;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.contracts.bindings.v1.ListResponse;
import io.holdfast.contracts.bindings.v1.Refusal;
import io.holdfast.contracts.bindings.v1.ReleaseRequest;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.store.BindingStore.BindingPage;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.platform.access.PeerIdentity;
import io.holdfast.platform.access.PeerIdentity.Peer;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** {@code holdfast.bindings.v1.Bindings}: changes for cluster-service, reads for every Holdfast service. */
@Singleton
public class BindingsService extends BindingsGrpc.BindingsImplBase {
    private static final Logger LOG = Logger.getLogger(BindingsService.class);
    private static final String CLUSTER_SERVICE = "cluster-service";
    private static final int MOST = 500;
    private static final int USUAL = 100;

    private final ClusterBindings bindings;
    private final Answers answers;

    public BindingsService(ClusterBindings bindings, Answers answers) {
        this.bindings = bindings;
        this.answers = answers;
    }

    @Override
    public void bind(BindRequest request, StreamObserver<BindResponse> call) {
        Peer peer = PeerIdentity.current();
        answers.answer("Bind", call, () -> {
            Peers.requireService(peer, CLUSTER_SERVICE);
            ClusterId cluster = Answers.id(request.getClusterId(), "cluster_id", ClusterId::new);
            Outcome outcome = bindings.bind(new ClusterBindings.Request(
                    cluster,
                    Answers.id(request.getClusterCompartmentId(), "cluster_compartment_id", CompartmentId::new),
                    Answers.id(request.getTenancyId(), "tenancy_id", TenancyId::new),
                    Answers.id(request.getKeyId(), "key_id", KeyId::new),
                    Answers.id(request.getRequestedByUserId(), "requested_by_user_id", UserId::new),
                    request.getRequestedByTenancyId().isEmpty()
                            ? Answers.id(request.getTenancyId(), "tenancy_id", TenancyId::new)
                            : Answers.id(
                                    request.getRequestedByTenancyId(), "requested_by_tenancy_id", TenancyId::new)));
            return switch (outcome) {
                case Outcome.Bound bound -> {
                    LOG.infov(
                            "A cluster is bound. cluster={0} key={1} binding={2}",
                            cluster.value(),
                            bound.binding().facts().keyId().value(),
                            bound.binding().id().value());
                    yield BindResponse.newBuilder()
                            .setBinding(view(bound.binding()))
                            .build();
                }
                case Outcome.Refused refused ->
                    BindResponse.newBuilder()
                            .setRefusal(Refusal.newBuilder()
                                    .setKind(kind(refused.why()))
                                    .setMessage(refused.message()))
                            .build();
                case Outcome.OtherKey other ->
                    throw Answers.of(
                            Status.Code.FAILED_PRECONDITION,
                            "The cluster is bound to another key: "
                                    + other.binding().facts().keyId().value());
            };
        });
    }

    @Override
    public void activate(ActivateRequest request, StreamObserver<io.holdfast.contracts.bindings.v1.Binding> call) {
        Peer peer = PeerIdentity.current();
        answers.answer("Activate", call, () -> {
            Peers.requireService(peer, CLUSTER_SERVICE);
            Binding binding = bindings.activate(Answers.id(request.getBindingId(), "binding_id", BindingId::new))
                    .orElseThrow(BindingsService::unknown);
            if (binding instanceof Binding.Released) {
                throw Answers.of(Status.Code.FAILED_PRECONDITION, "The binding is RELEASED.");
            }
            return view(binding);
        });
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<io.holdfast.contracts.bindings.v1.Binding> call) {
        Peer peer = PeerIdentity.current();
        answers.answer("Release", call, () -> {
            Peers.requireService(peer, CLUSTER_SERVICE);
            return view(bindings.release(Answers.id(request.getBindingId(), "binding_id", BindingId::new))
                    .orElseThrow(BindingsService::unknown));
        });
    }

    @Override
    public void get(GetRequest request, StreamObserver<io.holdfast.contracts.bindings.v1.Binding> call) {
        Peer peer = PeerIdentity.current();
        answers.answer("GetBinding", call, () -> {
            Peers.requireAnyService(peer);
            return view(bindings.get(Answers.id(request.getBindingId(), "binding_id", BindingId::new))
                    .orElseThrow(BindingsService::unknown));
        });
    }

    @Override
    public void list(ListRequest request, StreamObserver<ListResponse> call) {
        Peer peer = PeerIdentity.current();
        answers.answer("ListBindings", call, () -> {
            Peers.requireAnyService(peer);
            int limit = request.getLimit() == 0 ? USUAL : request.getLimit();
            if (limit < 1 || limit > MOST) {
                throw Answers.of(Status.Code.INVALID_ARGUMENT, "limit must be 1 to " + MOST);
            }
            String token = request.getPageToken();
            return request.getKeyId().isEmpty()
                    ? byCluster(token, limit)
                    : ofKey(Answers.id(request.getKeyId(), "key_id", KeyId::new), token, limit);
        });
    }

    private ListResponse byCluster(String token, int limit) {
        String after = token.isEmpty()
                ? ""
                : Answers.id(token, "page_token", ClusterId::new).value();
        BindingPage page = bindings.list(after, limit);
        return answer(
                page,
                page.bindings().isEmpty()
                        ? ""
                        : page.bindings().getLast().value().facts().clusterId().value());
    }

    private ListResponse ofKey(KeyId key, String token, int limit) {
        String after = token.isEmpty()
                ? ""
                : Answers.id(token, "page_token", BindingId::new).value();
        BindingPage page = bindings.listOfKey(key, after, limit);
        return answer(
                page,
                page.bindings().isEmpty()
                        ? ""
                        : page.bindings().getLast().value().id().value());
    }

    private static ListResponse answer(BindingPage page, String last) {
        List<io.holdfast.contracts.bindings.v1.Binding> views = page.bindings().stream()
                .map(Stored::value)
                .map(BindingsService::view)
                .toList();
        return ListResponse.newBuilder()
                .addAllBindings(views)
                .setNextPageToken(page.more() ? last : "")
                .setStateRevision(page.stateRevision())
                .build();
    }

    private static Refusal.Kind kind(ClusterBindings.Why why) {
        return switch (why) {
            case KEY_NOT_FOUND -> Refusal.Kind.KEY_NOT_FOUND;
            case KEY_NOT_ENABLED -> Refusal.Kind.KEY_NOT_ENABLED;
            case NOT_PERMITTED -> Refusal.Kind.NOT_PERMITTED;
            case KEY_UNSUITABLE -> Refusal.Kind.KEY_UNSUITABLE;
        };
    }

    private static io.holdfast.contracts.bindings.v1.Binding view(Binding binding) {
        Binding.Facts facts = binding.facts();
        BindingState state =
                switch (binding) {
                    case Binding.Reserved reserved -> BindingState.RESERVED;
                    case Binding.Active active -> BindingState.ACTIVE;
                    case Binding.Released released -> BindingState.RELEASED;
                };
        return io.holdfast.contracts.bindings.v1.Binding.newBuilder()
                .setId(facts.id().value())
                .setClusterId(facts.clusterId().value())
                .setClusterCompartmentId(facts.clusterCompartmentId().value())
                .setTenancyId(facts.tenancyId().value())
                .setKeyId(facts.keyId().value())
                .setMode(facts.mode())
                .setCustodian(facts.custodian())
                .setState(state)
                .build();
    }

    private static RuntimeException unknown() {
        return Answers.of(Status.Code.NOT_FOUND, "There is no such binding.");
    }
}
