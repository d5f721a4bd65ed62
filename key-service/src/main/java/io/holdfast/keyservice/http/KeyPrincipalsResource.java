package io.holdfast.keyservice.http;

import io.holdfast.iam.decision.AccessReview;
import io.holdfast.iam.decision.AccessReview.Access;
import io.holdfast.iam.decision.AccessReview.Opening;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.StatementKind;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.bindings.KeyUse;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.http.identity.PolicyReaders;
import io.holdfast.keyservice.http.identity.PolicyReaders.GrantDocument;
import io.holdfast.keyservice.http.identity.StatementDocument;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Holdfast's own: who can use a key, and by which statements. Needs KEY_READ on the key and POLICY_READ in the root
 * compartment of its tenancy.
 */
@Path("/v1/keys/{keyId}/principals")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "policies")
public class KeyPrincipalsResource {
    private static final String OPERATION = "ListKeyPrincipals";

    private final Operations operations;
    private final Identity identity;
    private final Authorizer authorizer;
    private final KeyDependents dependents;
    private final TimeSource time = TimeSource.system();

    public KeyPrincipalsResource(
            Operations operations, Identity identity, Authorizer authorizer, KeyDependents dependents) {
        this.operations = operations;
        this.identity = identity;
        this.authorizer = authorizer;
        this.dependents = dependents;
    }

    /**
     * A statement that bears on the key, whether or not somebody is there for whom it is.
     *
     * @param kind one that endorses opens only together with one that admits
     * @param permissions of those that use a key
     * @param subject for whom, as the statement says it
     * @param condition what a request must still meet, as far as the key alone does not decide it
     */
    public record OpeningDocument(
            StatementDocument statement,
            StatementKind kind,
            List<Permission> permissions,
            String subject,
            @Nullable String condition) {}

    /**
     * A principal that can use the key now.
     *
     * @param name of a user
     * @param groups that it is in now, of a cluster the dynamic ones. Names of another tenancy, here and above, are told to
     *     who may read its policies
     * @param grants each permission with the statement that gives it, with two across tenancies
     * @param holdsUntil when the clock alone may end it
     */
    public record PrincipalDocument(
            String type,
            String id,
            @Nullable String name,
            TenancyId tenancyId,
            List<String> groups,
            List<GrantDocument> grants,
            @Nullable Instant holdsUntil) {}

    /**
     * @param statements those of tenancies whose policies the asker may read
     * @param principals one page of them: the clusters that are bound to the key, then users
     */
    public record KeyPrincipals(
            String keyId, List<OpeningDocument> statements, List<PrincipalDocument> principals, long stateRevision) {}

    @GET
    @Operation(
            operationId = OPERATION,
            summary = "Who can use a key now, clusters that are bound to it and users, and by which statements")
    public RestResponse<KeyPrincipals> principals(
            @PathParam("keyId") String keyId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page) {
        return operations.run(OPERATION, () -> {
            MasterKey key = operations.key(OPERATION, "KEY_READ", keyId).value();
            Identity.View view = identity.current();
            PolicyReaders readers = new PolicyReaders(authorizer, operations.caller(), OPERATION, view.identity());
            boolean may = view.identity()
                    .tenancyOf(key.facts().compartmentId())
                    .map(readers::mayRead)
                    .orElse(false);
            if (!may) {
                throw ProblemException.notFound();
            }
            Paging paging = Paging.of(Fields.number(limit, "limit"), page);
            AccessReview review = new AccessReview(
                    view.identity().installation(),
                    key.facts().compartmentId(),
                    KeyUse.variables(key),
                    AccessReview.KEY_USE);
            List<Access> found = found(review, candidates(key, view.identity()), paging);
            boolean more = found.size() > paging.limit();
            List<Access> shown = more ? found.subList(0, paging.limit()) : found;
            RestResponse.ResponseBuilder<KeyPrincipals> answer = RestResponse.ResponseBuilder.ok(new KeyPrincipals(
                    key.id().value(),
                    review.openings().stream()
                            .filter(it -> readers.mayRead(it.statement()))
                            .map(KeyPrincipalsResource::document)
                            .toList(),
                    shown.stream().map(it -> document(it, readers)).toList(),
                    view.stateRevision()));
            if (more) {
                answer.header(
                        Paging.NEXT_PAGE, Paging.token(position(shown.getLast().principal())));
            }
            return answer.build();
        });
    }

    /** Those behind the page's start that have access, one more than the page takes. */
    private List<Access> found(AccessReview review, List<Principal> candidates, Paging paging) {
        Instant now = time.wall();
        List<Access> found = new ArrayList<>();
        for (Principal candidate : candidates) {
            if (found.size() > paging.limit()) {
                break;
            }
            if (position(candidate).compareTo(paging.position()) > 0) {
                found.addAll(review.principals(List.of(candidate), now));
            }
        }
        return found;
    }

    private static String position(Principal principal) {
        return principal.type() + "/" + principal.id().value();
    }

    /** Every user of the installation and every cluster that the key is bound to, with their groups of this moment. */
    private List<Principal> candidates(MasterKey key, IdentitySnapshot identity) {
        return Stream.concat(
                        dependents.held(key.id()).stream().map(it -> KeyUse.principalOf(it.facts())),
                        identity.users().stream().map(it -> IdentitySnapshot.caller(it.value())))
                .map(identity::principal)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(KeyPrincipalsResource::position))
                .toList();
    }

    private static OpeningDocument document(Opening opening) {
        return new OpeningDocument(
                StatementDocument.of(opening.statement()),
                opening.kind(),
                List.copyOf(opening.permissions()),
                opening.subject(),
                opening.condition().orElse(null));
    }

    private static List<String> groups(Principal principal) {
        return Stream.concat(
                        principal.groups().stream().map(Principal.Group::name),
                        principal.dynamicGroups().stream().map(Principal.DynamicGroup::name))
                .sorted()
                .toList();
    }

    private static PrincipalDocument document(Access access, PolicyReaders readers) {
        Principal principal = access.principal();
        boolean named = readers.mayRead(principal.tenancyId());
        return new PrincipalDocument(
                principal.type(),
                principal.id().value(),
                principal.name().filter(it -> named).orElse(null),
                principal.tenancyId(),
                named ? groups(principal) : List.of(),
                access.grants().stream().map(readers::of).toList(),
                access.holdsUntil().orElse(null));
    }
}
