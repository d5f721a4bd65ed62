package io.holdfast.keyservice.grpc;

import io.grpc.Status;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.contracts.access.v1.GrantsRequest;
import io.holdfast.contracts.access.v1.GrantsResponse;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.keyservice.bindings.BindingAccess;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.LocalAuthorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** What a principal may, and how bindings stand. The peer that asks has been judged. */
@ApplicationScoped
class DecisionCalls {
    private static final int MAX_BINDINGS = 500;
    private static final int MAX_NAME = 100;

    private final Identity identity;
    private final BindingAccess bindings;

    DecisionCalls(Identity identity, BindingAccess bindings) {
        this.identity = identity;
        this.bindings = bindings;
    }

    AuthorizeResponse authorize(AuthorizeRequest request) {
        if (request.getOperation().isEmpty() || request.getOperation().length() > MAX_NAME) {
            throw Answers.of(Status.Code.INVALID_ARGUMENT, "operation is required");
        }
        Decision decision = LocalAuthorizer.decide(
                identity.current(),
                Callers.caller(request.getPrincipal()),
                request.getOperation(),
                request.getPermissionsList(),
                new CompartmentId(request.getCompartmentId()),
                request.getVariablesMap());
        AuthorizeResponse.Builder answer = AuthorizeResponse.newBuilder()
                .setAllowed(decision.allowed())
                .setReason(decision.reason())
                .setStateRevision(decision.stateRevision())
                .setHoldsUntilMillis(decision.holdsUntil().millis());
        decision.targetTenancy().ifPresent(tenancy -> answer.setTargetTenancyId(tenancy.value()));
        return answer.build();
    }

    GrantsResponse grants(GrantsRequest request) {
        if (request.getBindingIdsCount() > MAX_BINDINGS) {
            throw Answers.of(Status.Code.INVALID_ARGUMENT, "at most " + MAX_BINDINGS + " bindings in one question");
        }
        List<BindingId> ids =
                request.getBindingIdsList().stream().map(BindingId::new).toList();
        BindingAccess.Grants grants = bindings.decide(ids);
        return GrantsResponse.newBuilder()
                .setStateRevision(grants.stateRevision())
                .addAllGrants(grants.grants())
                .build();
    }
}
