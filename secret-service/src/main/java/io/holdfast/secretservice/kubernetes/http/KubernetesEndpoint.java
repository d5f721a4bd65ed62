package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.AccessUnavailable;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.secretservice.kubernetes.http.Writing.Done;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ApiStatus;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.Names;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.ServedCluster;
import io.holdfast.secretservice.storage.StorageRefusal;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The Kubernetes API of the served clusters, behind the HTTP of {@link KubernetesRoutes}. Thread safe; blocks.
 *
 * <p>Every failure is a {@code Status}. What carries decrypted content leaves only through {@link AccessSession#deliver};
 * when the access state has moved since it was read, it is read again, at most {@value #DELIVERIES} times.
 */
public final class KubernetesEndpoint {
    private static final Logger LOG = Logger.getLogger(KubernetesEndpoint.class);
    private static final int DELIVERIES = 5;

    private final ObjectStorage storage;
    private final AccessSession session;
    private final Access access;
    private final Reading reading;
    private final Writing writing;
    private final Watching watching;
    private final Supplier<Instant> clock;

    /** @param clock wall time, for creation timestamps and ages */
    public KubernetesEndpoint(
            ObjectStorage storage,
            AccessSession session,
            ClusterTokens tokens,
            Authorizer authorizer,
            Supplier<Instant> clock) {
        this(storage, session, tokens, authorizer, clock, Watching.MOST_PER_CLUSTER);
    }

    /** @param watches the most that run at the same time for one cluster */
    KubernetesEndpoint(
            ObjectStorage storage,
            AccessSession session,
            ClusterTokens tokens,
            Authorizer authorizer,
            Supplier<Instant> clock,
            int watches) {
        this.storage = storage;
        this.session = session;
        this.clock = clock;
        this.access = new Access(tokens, authorizer, session, clock);
        this.reading = new Reading(storage, access, clock);
        this.writing = new Writing(storage, access, reading, clock);
        this.watching = new Watching(storage, session, access, clock, watches);
    }

    /** Running watches, for metrics. */
    public int watches() {
        return watching.running();
    }

    void serve(KubernetesRequest request, Exchange exchange) {
        Target target = Target.NONE;
        try {
            target = Target.of(request);
            if (target.plain()) {
                exchange.send(plain(request));
                return;
            }
            ClusterTokens.Holder holder = access.authenticate(request.cluster(), request.header("authorization"));
            ServedCluster cluster = storage.cluster(request.cluster()).orElseThrow(StorageRefusal.ClusterUnknown::new);
            ResourceKind kind = target.kind();
            if (kind == null) {
                exchange.send(about(request));
                return;
            }
            serve(new Call(request, holder, cluster, kind, target.namespace(), target.name()), exchange);
        } catch (RuntimeException refusal) {
            exchange.send(Answer.status(status(refusal, target)));
        }
    }

    private void serve(Call call, Exchange exchange) {
        boolean collection = call.name().isEmpty();
        switch (call.request().method()) {
            case "GET" -> {
                if (call.request().flag("watch")) {
                    watching.watch(call, exchange);
                } else {
                    Supplier<Answer> read = () -> collection ? reading.list(call) : reading.get(call);
                    deliver(call, exchange, read.get(), read);
                }
            }
            case "POST" -> {
                // Secrets are created inside a namespace only.
                if (!collection || (call.kind().namespaced() && call.namespace().isEmpty())) {
                    throw ApiRefusal.methodNotAllowed();
                }
                deliver(call, exchange, writing.create(call));
            }
            case "PUT" -> {
                requireObject(collection);
                deliver(call, exchange, writing.update(call));
            }
            case "PATCH" -> {
                requireObject(collection);
                deliver(call, exchange, writing.patch(call));
            }
            case "DELETE" ->
                deliver(call, exchange, collection ? writing.deleteCollection(call) : writing.delete(call));
            default -> throw ApiRefusal.methodNotAllowed();
        }
    }

    private static void requireObject(boolean collection) {
        if (collection) {
            throw ApiRefusal.methodNotAllowed();
        }
    }

    private void deliver(Call call, Exchange exchange, Done done) {
        deliver(call, exchange, done.answer(), done.again());
    }

    private void deliver(Call call, Exchange exchange, Answer first, Supplier<Answer> again) {
        Answer answer = first;
        for (int attempt = 1; !send(exchange, answer); attempt++) {
            if (attempt == DELIVERIES) {
                throw ApiRefusal.unavailable(
                        "the access state of the cluster's key keeps changing, or the session with key-service is lost; try again");
            }
            // The token may have ended as well as the permission.
            access.authenticate(call.cluster().id(), call.request().header("authorization"));
            answer = again.get();
        }
    }

    /** @return false when nothing has left, as what permitted it holds no longer */
    private boolean send(Exchange exchange, Answer answer) {
        if (answer.holdsUntil().isOverAt(clock.get())) {
            answer.wipe();
            return false;
        }
        return exchange.send(answer);
    }

    /** Health, which kube-apiserver too answers to anyone. */
    private Answer plain(KubernetesRequest request) {
        if (!request.method().equals("GET")) {
            throw ApiRefusal.methodNotAllowed();
        }
        boolean served = storage.cluster(request.cluster()).isPresent();
        if (!served) {
            throw ApiRefusal.pathUnknown();
        }
        // A key that was taken away is no failure of the endpoint; a lost session is.
        boolean ready = !request.path().getFirst().equals("readyz") || session.live();
        return ready
                ? Answer.text(200, "ok")
                : Answer.text(503, "[-]access-session failed: no live session with key-service\nreadyz check failed");
    }

    private static Answer about(KubernetesRequest request) {
        if (!request.method().equals("GET")) {
            throw ApiRefusal.methodNotAllowed();
        }
        return switch (String.join("/", request.path())) {
            case "version" -> Answer.json(200, Discovery.version());
            case "api" -> Answer.json(200, Discovery.apiVersions());
            case "apis" -> Answer.json(200, Discovery.groups());
            case "api/v1" -> Answer.json(200, Discovery.resources());
            case "openapi/v2" -> Discovery.openApiV2();
            case "openapi/v3" ->
                Answer.json(
                        200,
                        Discovery.openApiV3("/clusters/" + request.cluster().value()));
            case "openapi/v3/api/v1" -> Answer.json(200, Discovery.openApiV3Core());
            default -> throw ApiRefusal.pathUnknown();
        };
    }

    /** Whether an object of the kind can have this name at all; others are simply not found. */
    static boolean isName(ResourceKind kind, String name) {
        return (kind == ResourceKind.NAMESPACE ? Names.label(name) : Names.subdomain(name)) == null;
    }

    /** The failure as its Status. What is our own fault is logged, without what was asked. */
    static ApiStatus status(RuntimeException refusal, Target target) {
        ResourceKind kind = target.kind() == null ? ResourceKind.SECRET : target.kind();
        return switch (refusal) {
            case ApiRefusal known -> known.status();
            case StorageRefusal.StorageUnavailable away -> {
                LOG.warnf("A Kubernetes request is answered 503: %s: %s", away.getMessage(), away.getCause());
                yield Refusals.of(away, kind, target.namespace(), target.name()).status();
            }
            case StorageRefusal known ->
                Refusals.of(known, kind, target.namespace(), target.name()).status();
            case AccessUnavailable unavailable -> {
                LOG.warnf("A Kubernetes request is answered 503: %s", unavailable);
                yield ApiRefusal.unavailable("key-service does not answer; try again")
                        .status();
            }
            case ProblemException problem
            when problem.code() == ProblemCode.SERVICE_UNAVAILABLE ->
                ApiRefusal.unavailable("key-service does not answer; try again").status();
            case ProblemException problem
            when problem.code() == ProblemCode.NOT_AUTHENTICATED ->
                ApiRefusal.unauthorized().status();
            case ProblemException problem
            when problem.code() == ProblemCode.TOO_MANY_REQUESTS ->
                ApiRefusal.tooManyRequests("key-service has too much to do; try again later")
                        .status();
            default -> {
                LOG.error("A Kubernetes request failed for a reason of our own", refusal);
                yield Refusals.internal();
            }
        };
    }

    /**
     * What a path means.
     *
     * @param kind null for the paths that are about the endpoint itself
     * @param plain whether anyone may ask
     */
    record Target(@org.jspecify.annotations.Nullable ResourceKind kind, String namespace, String name, boolean plain) {
        static final Target NONE = new Target(null, "", "", false);

        /** @throws ApiRefusal 404 for a path that means nothing */
        static Target of(KubernetesRequest request) {
            List<String> path = request.path();
            if (path.isEmpty()) {
                throw ApiRefusal.pathUnknown();
            }
            switch (path.getFirst()) {
                case "healthz", "livez", "readyz" -> {
                    if (path.size() == 1) {
                        return new Target(null, "", "", true);
                    }
                    throw ApiRefusal.pathUnknown();
                }
                case "api" -> {
                    if (path.size() < 3 || !path.get(1).equals("v1")) {
                        return NONE;
                    }
                    return resource(path.subList(2, path.size()));
                }
                default -> {
                    return NONE;
                }
            }
        }

        private static Target resource(List<String> path) {
            if (path.getFirst().equals("namespaces") && path.size() > 2) {
                ResourceKind kind = ResourceKind.ofPlural(path.get(2))
                        .filter(ResourceKind::namespaced)
                        .orElseThrow(ApiRefusal::pathUnknown);
                String namespace = path.get(1);
                if (path.size() > 4 || Names.label(namespace) != null) {
                    throw ApiRefusal.pathUnknown();
                }
                return named(kind, namespace, path.size() == 4 ? path.get(3) : "");
            }
            ResourceKind kind = ResourceKind.ofPlural(path.getFirst()).orElseThrow(ApiRefusal::pathUnknown);
            if (path.size() > 1 && kind.namespaced()) {
                throw ApiRefusal.pathUnknown();
            }
            return named(kind, "", path.size() == 2 ? path.get(1) : "");
        }

        private static Target named(ResourceKind kind, String namespace, String name) {
            if (!name.isEmpty() && !isName(kind, name)) {
                throw ApiRefusal.notFound(kind, name);
            }
            return new Target(kind, namespace, name, false);
        }
    }

    /** A watch's last event, for a failure. */
    static byte[] errorEvent(ApiStatus status) {
        var event = Json.object().put("type", "ERROR");
        event.set("object", status.toJson());
        return Json.write(event);
    }
}
