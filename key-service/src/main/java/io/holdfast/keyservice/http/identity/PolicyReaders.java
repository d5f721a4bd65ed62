package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Decision.Grant;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.StatementKind;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose policies a caller may be told of: those of each tenancy where it has POLICY_READ in the root compartment. What rests
 * on others is told without their statements. For one request; not thread safe.
 */
public final class PolicyReaders {
    private final Authorizer authorizer;
    private final Caller caller;
    private final String operation;
    private final IdentitySnapshot identity;
    private final Map<TenancyId, Boolean> known = new HashMap<>();

    public PolicyReaders(Authorizer authorizer, Caller caller, String operation, IdentitySnapshot identity) {
        this.authorizer = authorizer;
        this.caller = caller;
        this.operation = operation;
        this.identity = identity;
    }

    /**
     * A statement's share in an access.
     *
     * @param kind ALLOW within a tenancy; across tenancies there is an ENDORSE and an ADMIT
     * @param tenancyId whose policy it is
     * @param by absent when the asker may not read that tenancy's policies
     */
    public record GrantDocument(
            Permission permission,
            StatementKind kind,
            @Nullable TenancyId tenancyId,
            @Nullable StatementDocument by) {}

    public boolean mayRead(TenancyId tenancy) {
        return known.computeIfAbsent(
                tenancy,
                it -> authorizer
                        .decide(caller, operation, List.of("POLICY_READ"), it.rootCompartment(), Map.of())
                        .allowed());
    }

    /** Empty when the policy is gone meanwhile. */
    private Optional<TenancyId> owner(StatementRef ref) {
        return identity.policy(ref.policy()).map(Versioned::value).map(it -> it.tenancyId());
    }

    public boolean mayRead(StatementRef ref) {
        return owner(ref).map(this::mayRead).orElse(false);
    }

    public GrantDocument of(Grant grant) {
        return new GrantDocument(
                grant.permission(),
                grant.kind(),
                owner(grant.statement()).orElse(null),
                mayRead(grant.statement()) ? StatementDocument.of(grant.statement()) : null);
    }
}
