package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.StandingRight;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Details;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage.CommitGuard;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who a caller is, and whether it may: 401 and 403 as kube-apiserver with RBAC answers them. */
final class Access {
    private static final String BEARER = "bearer ";
    private static final int MAX_TOKEN = 8_192;

    private final ClusterTokens tokens;
    private final Authorizer authorizer;
    private final AccessSession session;
    private final Supplier<Instant> clock;

    Access(ClusterTokens tokens, Authorizer authorizer, AccessSession session, Supplier<Instant> clock) {
        this.tokens = tokens;
        this.authorizer = authorizer;
        this.session = session;
        this.clock = clock;
    }

    /** Whether the header can hold a token at all. */
    static boolean isBearer(String authorization) {
        return authorization.length() <= MAX_TOKEN && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
    }

    /** @throws ApiRefusal 401 */
    ClusterTokens.Holder authenticate(ClusterId cluster, String authorization) {
        if (!isBearer(authorization)) {
            throw ApiRefusal.unauthorized();
        }
        try {
            return tokens.authenticate(
                    cluster, authorization.substring(BEARER.length()).strip());
        } catch (ProblemException refused) {
            throw switch (refused.code()) {
                case NOT_AUTHENTICATED, INVALID_PARAMETER, NOT_AUTHORIZED_OR_NOT_FOUND -> ApiRefusal.unauthorized();
                default -> refused;
            };
        }
    }

    /**
     * What is asked for.
     *
     * @param namespace empty for all, or for a cluster-scoped kind
     * @param name empty where the request names none
     * @param type of the Secret, empty while it is not known
     */
    record Asked(Permission permission, String namespace, String name, String type) {
        Asked ofType(String known) {
            return new Asked(permission, namespace, name, known);
        }
    }

    /**
     * What a permission rests on; empty when it is denied. It may be used while its state revision stands and until its
     * end. It rests on the call's token too, which must be good still: the state revision is the older of what both were
     * found at. A variable that is not known opens nothing: a statement on {@code target.secret.type} needs the type.
     *
     * @throws ApiRefusal 401
     */
    Optional<Decision> decide(Call call, Asked asked) {
        ClusterTokens.Holder holder =
                authenticate(call.cluster().id(), call.request().header("authorization"));
        Map<String, String> variables = new HashMap<>();
        variables.put("target.cluster.id", call.cluster().id().value());
        ResourceKind kind = asked.permission().kind();
        String namespace = kind == ResourceKind.NAMESPACE ? asked.name() : asked.namespace();
        if (!namespace.isEmpty()) {
            variables.put("target.namespace.name", namespace);
        }
        if (kind == ResourceKind.SECRET && !asked.name().isEmpty()) {
            variables.put("target.secret.name", asked.name());
        }
        if (!asked.type().isEmpty()) {
            variables.put("target.secret.type", asked.type());
        }
        Decision decision = authorizer.decide(
                holder.caller(),
                asked.permission().operation(),
                List.of(asked.permission().permission()),
                new CompartmentId(call.cluster().compartmentId()),
                variables);
        return Optional.of(decision.restingOn(holder.stateRevision())).filter(Decision::allowed);
    }

    /** @throws ApiRefusal 403 when denied, 401 */
    Decision require(Call call, Asked asked) {
        return decide(call, asked).orElseThrow(() -> forbidden(call.caller(), asked));
    }

    /**
     * As {@link #require}, once the object is known: a permission that depends on its type may be given now.
     *
     * @param allowed what {@link #decide} said before the object was read
     * @param object null when there is none, or it cannot be read
     */
    Decision requireFor(Call call, Asked asked, Optional<Decision> allowed, @Nullable ObjectNode object) {
        return allowed.orElseGet(() -> requireFor(call, asked, typeOf(asked, object)));
    }

    private Decision requireFor(Call call, Asked asked, String type) {
        if (type.isEmpty()) {
            throw forbidden(call.caller(), asked);
        }
        return require(call, asked.ofType(type));
    }

    private static String typeOf(Asked asked, @Nullable ObjectNode object) {
        return object == null || asked.permission().kind() != ResourceKind.SECRET ? "" : Json.text(object, "type");
    }

    /**
     * The right to a write, which its commit holds.
     *
     * @throws ApiRefusal 403 when denied
     */
    Right right(Call call, Asked asked) {
        return new Right(call, asked, "", require(call, asked));
    }

    /**
     * As {@link #right}, once the object is known.
     *
     * @param allowed what {@link #decide} said before the object was read
     * @param object null when it cannot be read
     * @throws ApiRefusal 403 when denied
     */
    Right rightFor(Call call, Asked asked, Optional<Decision> allowed, @Nullable ObjectNode object) {
        Decision decision = requireFor(call, asked, allowed, object);
        return new Right(call, asked, typeOf(asked, object), decision);
    }

    /** Of one request to writes: for each of them it stands until it is committed, or else it is refused. */
    final class Right implements CommitGuard {
        private final StandingRight standing;

        private Right(Call call, Asked asked, String type, Decision decision) {
            // Who was blocked, or whose token has ended, is refused as one who comes now.
            this.standing = new StandingRight(
                    session, clock, decision, () -> decide(call, asked).orElseGet(() -> requireFor(call, asked, type)));
        }

        long stateRevision() {
            return standing.decision().stateRevision();
        }

        /** Asks again who the caller is and whether it may; throws the refusal. */
        void renew() {
            standing.renew();
        }

        @Override
        public <T> T holding(Supplier<T> commit) {
            return standing.holding(commit);
        }
    }

    static ApiRefusal forbidden(Caller caller, Asked asked) {
        String resource = asked.permission().kind().plural();
        String subject = asked.name().isEmpty() ? resource : resource + " \"" + asked.name() + "\"";
        String place =
                asked.namespace().isEmpty() ? "at the cluster scope" : "in the namespace \"" + asked.namespace() + "\"";
        return ApiRefusal.forbidden(
                subject + " is forbidden: User \"" + caller.name() + "\" cannot "
                        + asked.permission().verb() + " resource \"" + resource + "\" in API group \"\" " + place,
                Details.of(asked.name(), resource));
    }
}
