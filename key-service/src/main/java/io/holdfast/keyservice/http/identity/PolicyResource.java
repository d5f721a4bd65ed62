package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.Policies;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Paging;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies (OCI Identity API, "Policy"). What a change or a deletion takes away has ended in every service when it is
 * answered; what is given holds from the next decision on. What the author should know of the statements comes as headers
 * {@code Warning}.
 */
@Path("/20160918/policies")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PolicyResource {
    private final Policies policies;
    private final Identity identity;
    private final AccessEnd end;
    private final Additions additions;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public PolicyResource(
            Policies policies,
            Identity identity,
            AccessEnd end,
            Additions additions,
            Authorizer authorizer,
            CurrentCaller current,
            KeyValueStore store) {
        this.policies = policies;
        this.identity = identity;
        this.end = end;
        this.additions = additions;
        this.authorizer = authorizer;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreatePolicyDetails. */
    public record CreatePolicy(
            @Nullable CompartmentId compartmentId,
            @Nullable String name,
            @Nullable List<String> statements,
            @Nullable String description,
            @Nullable String versionDate,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdatePolicyDetails. */
    public record UpdatePolicy(
            @Nullable List<String> statements,
            @Nullable String description,
            @Nullable String versionDate,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** Policy. */
    public record PolicyDocument(
            PolicyId id,
            CompartmentId compartmentId,
            String name,
            List<String> statements,
            String description,
            Instant timeCreated,
            String lifecycleState,
            @Nullable String versionDate,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        static PolicyDocument of(StoredPolicy policy) {
            return new PolicyDocument(
                    policy.id(),
                    policy.compartmentId(),
                    policy.name(),
                    policy.statements(),
                    policy.description(),
                    policy.timeCreated(),
                    "ACTIVE",
                    policy.versionDate(),
                    policy.freeformTags(),
                    policy.definedTags());
        }
    }

    @POST
    public Response create(@Nullable CreatePolicy body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreatePolicy details = Bodies.required(body);
        CompartmentId compartment = details.compartmentId();
        if (compartment == null) {
            throw ProblemException.missing("compartmentId");
        }
        Caller caller = current.get();
        authorizer.require(caller, "CreatePolicy", List.of("POLICY_CREATE"), compartment, Map.of());
        String digest = current.digest();
        Policies.Written created = policies.create(
                caller,
                compartment,
                new Policies.Wish(
                        details.name(),
                        details.description(),
                        details.statements(),
                        details.versionDate(),
                        details.freeformTags(),
                        details.definedTags()),
                () -> retryTokens.begin(caller, "CreatePolicy", retryToken, digest));
        additions.await();
        return answer(created);
    }

    @GET
    @Path("/{policyId}")
    public Response get(@PathParam("policyId") PolicyId id) {
        return answer(new Policies.Written(require("GetPolicy", "POLICY_READ", id), List.of()));
    }

    @GET
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId compartment,
            @QueryParam("name") @Nullable String name,
            @QueryParam("lifecycleState") @Nullable String lifecycleState,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        if (compartment == null) {
            throw ProblemException.missing("compartmentId");
        }
        Paging paging = Paging.of(limit, page);
        Listing<StoredPolicy> listing =
                new Listing<>(sortBy, sortOrder, it -> it.id().value(), StoredPolicy::name, StoredPolicy::timeCreated);
        Caller caller = current.get();
        authorizer.require(caller, "ListPolicies", List.of("POLICY_READ"), compartment, Map.of());
        List<StoredPolicy> found = identity.current().identity().policies().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(caller.tenancyId())
                        && it.compartmentId().equals(compartment))
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(LifecycleFilter.of(lifecycleState, it -> "ACTIVE"))
                .toList();
        return listing.answer(found, paging, PolicyDocument::of);
    }

    @PUT
    @Path("/{policyId}")
    public Response update(
            @PathParam("policyId") PolicyId id,
            @Nullable UpdatePolicy body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        UpdatePolicy details = Bodies.required(body);
        require("UpdatePolicy", "POLICY_UPDATE", id);
        Policies.Written updated = policies.update(
                current.get(),
                id,
                new Policies.Wish(
                        null,
                        details.description(),
                        details.statements(),
                        details.versionDate(),
                        details.freeformTags(),
                        details.definedTags()),
                ifMatch);
        end.await(updated.policy().revision());
        return answer(updated);
    }

    @DELETE
    @Path("/{policyId}")
    public Response delete(@PathParam("policyId") PolicyId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("DeletePolicy", "POLICY_DELETE", id);
        end.await(policies.delete(current.get(), id, ifMatch));
        return Response.noContent().build();
    }

    private Versioned<StoredPolicy> require(String operation, String permission, PolicyId id) {
        Caller caller = current.get();
        Versioned<StoredPolicy> policy =
                Policies.visible(identity.current().identity(), caller, id).orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller,
                operation,
                List.of(permission),
                policy.value().compartmentId(),
                Map.of(
                        "target.policy.id", id.value(),
                        "target.policy.name", policy.value().name()));
        return policy;
    }

    private static Response answer(Policies.Written written) {
        Response.ResponseBuilder answer = Response.ok(
                        PolicyDocument.of(written.policy().value()))
                .header("etag", Etags.of(written.policy().revision()));
        Warnings.add(
                answer,
                written.warnings().stream()
                        .map(it -> it.field() + ": " + it.text())
                        .toList());
        return answer.build();
    }
}
