package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Decision;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.bindings.KeyUse;
import io.holdfast.keyservice.http.identity.ExplainTargets.BoundCluster;
import io.holdfast.keyservice.http.identity.ExplainTargets.Found;
import io.holdfast.keyservice.http.identity.ExplainTargets.Sight;
import io.holdfast.keyservice.http.identity.ExplainTargets.TargetDocument;
import io.holdfast.keyservice.http.identity.PolicyReaders.GrantDocument;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.identity.Explanations;
import io.holdfast.keyservice.identity.Explanations.Explained;
import io.holdfast.keyservice.identity.Explanations.Target;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Holdfast's own: what would be decided for a principal, and why. Decides nothing. Needs POLICY_READ in the root compartment
 * of the target's tenancy; the statements of another tenancy, which the principal may be of, are told to who has it there.
 * What the asker could not see otherwise, a key, a cluster's binding or another tenancy's compartment, is answered as if it
 * were not there.
 */
@Path("/v1/policies/explain")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "policies")
public class ExplainResource {
    private static final String OPERATION = "ExplainPolicy";

    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final ExplainTargets targets;

    @Inject
    public ExplainResource(Identity identity, Authorizer authorizer, CurrentCaller current, ExplainTargets targets) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
        this.targets = targets;
    }

    /** @param compartmentId of a cluster that has no binding yet, or whose binding the asker may not see; of others it is known */
    public record PrincipalDocument(
            @Nullable String type,
            @Nullable String id,
            @Nullable CompartmentId compartmentId) {}

    /**
     * @param permissions absent: what the operation needs
     * @param compartmentId the same as {@code target.compartmentId}
     * @param variables that the request supplies beyond those that are known of the target
     */
    public record Question(
            @Nullable PrincipalDocument principal,
            @Nullable String operation,
            @Nullable List<String> permissions,
            @Nullable TargetDocument target,
            @Nullable CompartmentId compartmentId,
            @Nullable Map<String, String> variables) {}

    public record NearMissDocument(StatementDocument statement, Decision.Cause cause, String why) {}

    /** @param nearest those that the asker may be told of */
    public record DenialDocument(List<Permission> anyOf, String summary, List<NearMissDocument> nearest) {}

    /**
     * What was asked about, as it was found.
     *
     * @param variables that the request supplies
     */
    public record TargetFound(TenancyId tenancyId, CompartmentId compartmentId, Map<String, String> variables) {}

    /**
     * @param grants empty when denied
     * @param denials empty when allowed; across tenancies one for each side that does not agree
     * @param holdsUntil when the clock alone may change the decision; absent when it does not
     */
    public record Answer(
            boolean allowed,
            String reason,
            List<GrantDocument> grants,
            List<DenialDocument> denials,
            @Nullable Instant holdsUntil,
            TargetFound target,
            long stateRevision) {}

    @POST
    @Operation(
            operationId = "ExplainPolicy",
            summary = "Whether a principal would be allowed an operation, by which statements, or why not")
    public Answer explain(@Nullable Question body) {
        Question question = Bodies.required(body);
        Caller caller = current.get();
        Identity.View view = identity.current();
        PolicyReaders readers = new PolicyReaders(authorizer, caller, OPERATION, view.identity());
        Optional<TargetDocument> asked = asked(question);
        if (asked.isEmpty()) {
            require(readers, caller.tenancyId());
            throw ProblemException.missing("target or compartmentId");
        }
        Found resource = targets.find(asked.orElseThrow());
        Target target = resource.target();
        TenancyId tenancy = view.identity().tenancyOf(target.compartment()).orElseThrow(ProblemException::notFound);
        require(readers, tenancy);
        if (!resource.seenBy().isEmpty() && !sees(caller, resource.seenBy())) {
            throw ProblemException.notFound();
        }
        String operation = question.operation();
        if (operation == null || operation.isEmpty() || operation.length() > 100) {
            throw ProblemException.invalid("operation", "must be the name of an operation");
        }
        List<String> permissions = question.permissions();
        Caller principal = principal(question.principal(), view.identity(), readers, caller);
        Map<String, String> variables = question.variables();
        Explained explained = Explanations.explain(
                view.identity(),
                principal,
                operation,
                permissions == null ? List.of() : permissions,
                target,
                variables == null ? Map.of() : variables);
        TargetFound found = new TargetFound(tenancy, target.compartment(), explained.variables());
        return switch (explained.decision()) {
            case Decision.Allowed allowed ->
                new Answer(
                        true,
                        reason(allowed, readers),
                        allowed.grants().stream().map(readers::of).toList(),
                        List.of(),
                        allowed.holdsUntil().orElse(null),
                        found,
                        view.stateRevision());
            case Decision.Denied denied -> {
                List<Decision.Denial> told = denied.denials(readers::mayRead).stream()
                        .map(it -> told(it, readers))
                        .toList();
                yield new Answer(
                        false,
                        told.stream().map(Decision.Denial::text).collect(Collectors.joining("; ")),
                        List.of(),
                        told.stream().map(ExplainResource::denial).toList(),
                        denied.holdsUntil().orElse(null),
                        found,
                        view.stateRevision());
            }
        };
    }

    private boolean sees(Caller caller, List<Sight> seenBy) {
        return seenBy.stream()
                .anyMatch(it -> authorizer
                        .decide(caller, OPERATION, List.of(it.permission()), it.compartment(), it.variables())
                        .allowed());
    }

    private static void require(PolicyReaders readers, TenancyId tenancy) {
        if (!readers.mayRead(tenancy)) {
            throw ProblemException.notFound();
        }
    }

    private static Optional<TargetDocument> asked(Question question) {
        CompartmentId compartment = question.compartmentId();
        TargetDocument target = question.target();
        if (target == null) {
            return Optional.ofNullable(compartment).map(it -> new TargetDocument(null, null, null, it));
        }
        if (compartment != null && !compartment.equals(target.compartmentId())) {
            throw ProblemException.invalid("compartmentId", "must not be given beside a target");
        }
        return Optional.of(target);
    }

    private static String reason(Decision.Allowed allowed, PolicyReaders readers) {
        if (allowed.grants().stream().allMatch(it -> readers.mayRead(it.statement()))) {
            return allowed.explanation();
        }
        return allowed.grants().stream()
                .map(it -> it.permission() + " by "
                        + (readers.mayRead(it.statement())
                                ? it.statement().describe()
                                : "a statement of another tenancy"))
                .collect(Collectors.joining("; "));
    }

    /** The same denial with those statements only that the asker may read. */
    private static Decision.Denial told(Decision.Denial denial, PolicyReaders readers) {
        return new Decision.Denial(
                denial.need(),
                denial.summary(),
                denial.nearest().stream()
                        .filter(it -> readers.mayRead(it.statement()))
                        .toList());
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

    private Caller principal(
            @Nullable PrincipalDocument asked, IdentitySnapshot identity, PolicyReaders readers, Caller caller) {
        if (asked == null) {
            throw ProblemException.missing("principal");
        }
        String type = asked.type();
        String id = asked.id();
        if (type == null || id == null) {
            throw ProblemException.missing("principal.type and principal.id");
        }
        return switch (type) {
            case Principal.USER ->
                // Who is a user of another tenancy is not for everyone to find out.
                identity.activeUser(new UserId(id))
                        .filter(it -> readers.mayRead(it.tenancyId()))
                        .map(IdentitySnapshot::caller)
                        .orElseThrow(() ->
                                ProblemException.invalid("principal", "is no active user that you may ask about"));
            case Principal.CLUSTER -> cluster(new ClusterId(id), asked.compartmentId(), identity, readers, caller);
            default -> throw ProblemException.invalid("principal.type", "must be user or cluster");
        };
    }

    /** One that is bound and not seen by the asker is asked about like one that is not there. */
    private Caller cluster(
            ClusterId id,
            @Nullable CompartmentId compartment,
            IdentitySnapshot identity,
            PolicyReaders readers,
            Caller caller) {
        Optional<BoundCluster> bound = targets.cluster(id).filter(it -> sees(caller, it.seenBy()));
        if (bound.isPresent()) {
            return KeyUse.principalOf(bound.get().facts());
        }
        if (compartment == null) {
            throw ProblemException.missing("principal.compartmentId");
        }
        TenancyId tenancy = identity.tenancyOf(compartment)
                .filter(it -> mayAskAbout(compartment, it, readers, caller))
                .orElseThrow(() -> ProblemException.invalid(
                        "principal.compartmentId", "is no compartment that you may ask about"));
        return new Caller(Principal.CLUSTER, id.value(), id.value(), tenancy, compartment.value());
    }

    /** Which compartments another tenancy has, and that they are its, is for those only who can see them there. */
    private boolean mayAskAbout(CompartmentId compartment, TenancyId tenancy, PolicyReaders readers, Caller caller) {
        return (tenancy.equals(caller.tenancyId()) && readers.mayRead(tenancy))
                || authorizer
                        .decide(caller, OPERATION, Compartments.INSPECT, compartment, Map.of())
                        .allowed();
    }
}
