package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Decision;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Explanations;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holdfast's own: what would be decided for a principal, and why. Decides nothing. Needs POLICY_READ in the tenancy. */
@Path("/v1/policies/explain")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ExplainResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public ExplainResource(Identity identity, Authorizer authorizer, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
    }

    /** @param compartmentId of a cluster */
    public record PrincipalDocument(
            @Nullable String type,
            @Nullable String id,
            @Nullable CompartmentId compartmentId) {}

    /** @param permissions absent: what the operation needs */
    public record Question(
            @Nullable PrincipalDocument principal,
            @Nullable String operation,
            @Nullable List<String> permissions,
            @Nullable CompartmentId compartmentId,
            @Nullable Map<String, String> variables) {}

    /** A statement of a policy, numbered from 1. */
    public record StatementDocument(PolicyId policyId, String policyName, int statement, String text) {
        static StatementDocument of(StatementRef ref) {
            return new StatementDocument(ref.policy(), ref.policyName(), ref.number(), ref.text());
        }
    }

    public record GrantDocument(Permission permission, StatementDocument by) {}

    public record NearMissDocument(StatementDocument statement, Decision.Cause cause, String why) {}

    public record DenialDocument(List<Permission> anyOf, String summary, List<NearMissDocument> nearest) {}

    /**
     * @param grants empty when denied
     * @param denials empty when allowed
     */
    public record Answer(
            boolean allowed,
            String reason,
            List<GrantDocument> grants,
            List<DenialDocument> denials,
            long stateRevision) {}

    @POST
    public Answer explain(@Nullable Question body) {
        Question question = Bodies.required(body);
        Caller caller = current.get();
        authorizer.require(
                caller,
                "ExplainPolicy",
                List.of("POLICY_READ"),
                caller.tenancyId().rootCompartment(),
                Map.of());
        CompartmentId compartment = question.compartmentId();
        if (compartment == null) {
            throw ProblemException.missing("compartmentId");
        }
        String operation = question.operation();
        if (operation == null || operation.isEmpty() || operation.length() > 100) {
            throw ProblemException.invalid("operation", "must be the name of an operation");
        }
        List<String> permissions = question.permissions();
        Map<String, String> variables = question.variables();
        Identity.View view = identity.current();
        Decision decision = Explanations.explain(
                view.identity(),
                principal(question.principal(), caller),
                operation,
                permissions == null ? List.of() : permissions,
                compartment,
                variables == null ? Map.of() : variables);
        return switch (decision) {
            case Decision.Allowed allowed ->
                new Answer(
                        true,
                        allowed.explanation(),
                        allowed.grants().stream()
                                .map(it -> new GrantDocument(it.permission(), StatementDocument.of(it.statement())))
                                .toList(),
                        List.of(),
                        view.stateRevision());
            case Decision.Denied denied ->
                new Answer(
                        false,
                        denied.explanation(),
                        List.of(),
                        denied.denials().stream().map(ExplainResource::denial).toList(),
                        view.stateRevision());
        };
    }

    private static DenialDocument denial(Decision.Denial it) {
        return new DenialDocument(
                List.copyOf(it.need().anyOf()),
                it.summary(),
                it.nearest().stream()
                        .map(miss ->
                                new NearMissDocument(StatementDocument.of(miss.statement()), miss.cause(), miss.why()))
                        .toList());
    }

    private static Caller principal(@Nullable PrincipalDocument asked, Caller caller) {
        if (asked == null) {
            throw ProblemException.missing("principal");
        }
        String type = asked.type();
        String id = asked.id();
        if (type == null || id == null) {
            throw ProblemException.missing("principal.type and principal.id");
        }
        CompartmentId compartment = asked.compartmentId();
        if (type.equals(Principal.CLUSTER) && compartment == null) {
            throw ProblemException.missing("principal.compartmentId");
        }
        return new Caller(type, id, id, caller.tenancyId(), compartment == null ? "" : compartment.value());
    }
}
