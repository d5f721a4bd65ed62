package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Details;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage.ServedCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Who a caller is, and whether it may: 401 and 403 as kube-apiserver with RBAC answers them. */
final class Access {
    private static final String BEARER = "bearer ";
    private static final int MAX_TOKEN = 8_192;

    private final ClusterTokens tokens;
    private final Authorizer authorizer;

    Access(ClusterTokens tokens, Authorizer authorizer) {
        this.tokens = tokens;
        this.authorizer = authorizer;
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
     * The state revision that a permission rests on; empty when it is denied. A variable that is not known opens
     * nothing: a statement on {@code target.secret.type} needs the type.
     */
    OptionalLong decide(Caller caller, ServedCluster cluster, Asked asked) {
        Map<String, String> variables = new HashMap<>();
        variables.put("target.cluster.id", cluster.id().value());
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
        Authorizer.Decision decision = authorizer.decide(
                caller,
                asked.permission().operation(),
                List.of(asked.permission().permission()),
                new CompartmentId(cluster.compartmentId()),
                variables);
        return decision.allowed() ? OptionalLong.of(decision.stateRevision()) : OptionalLong.empty();
    }

    /** @throws ApiRefusal 403 when denied */
    long require(Caller caller, ServedCluster cluster, Asked asked) {
        OptionalLong allowed = decide(caller, cluster, asked);
        if (allowed.isEmpty()) {
            throw forbidden(caller, asked);
        }
        return allowed.getAsLong();
    }

    /**
     * As {@link #require}, once the object is known: a permission that depends on its type may be given now.
     *
     * @param allowed what {@link #decide} said before the object was read
     * @param object null when there is none, or it cannot be read
     */
    long requireFor(
            Caller caller, ServedCluster cluster, Asked asked, OptionalLong allowed, @Nullable ObjectNode object) {
        if (allowed.isPresent()) {
            return allowed.getAsLong();
        }
        if (object == null || asked.permission().kind() != ResourceKind.SECRET) {
            throw forbidden(caller, asked);
        }
        return require(caller, cluster, asked.ofType(Json.text(object, "type")));
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
