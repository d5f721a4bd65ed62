package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Caller;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import jakarta.enterprise.context.RequestScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the running request has been allowed so far, and by which credential. A request is authorized first and changes identity
 * later; in between the right may go. So each attempt of a change asks for all of it again, on the very view that its
 * commit compares: once a removal is answered, no request that was let in before it changes anything.
 *
 * <p>Denials are not kept: a request that goes on after one does not rest on it.
 */
@RequestScoped
public class Permits {
    private final Set<Permit> granted = new LinkedHashSet<>();
    private final List<Predicate<IdentitySnapshot>> facts = new ArrayList<>();
    private Predicate<IdentitySnapshot> credential = seen -> true;

    private record Permit(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        boolean holds(Identity.View view) {
            return LocalAuthorizer.decide(view, caller, operation, permissions, compartment, variables)
                    .allowed();
        }
    }

    /** Those of the running request. Empty where none runs: in the service's own work and in gRPC calls. */
    static Optional<Permits> ofRequest() {
        ArcContainer container = Arc.container();
        return container == null || !container.requestContext().isActive()
                ? Optional.empty()
                : Optional.of(container.instance(Permits.class).get());
    }

    void granted(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        granted.add(new Permit(caller, operation, List.copyOf(permissions), compartment, Map.copyOf(variables)));
    }

    /** What showed who sends the request, for as long as it holds. */
    void authenticatedBy(Predicate<IdentitySnapshot> shown) {
        credential = shown;
    }

    /** Something that decided what was asked for, such as where a compartment is. When it has changed, the right is gone. */
    public void restOn(Predicate<IdentitySnapshot> fact) {
        facts.add(fact);
    }

    /**
     * Asks for all of it again.
     *
     * @throws ProblemException NOT_AUTHENTICATED when the credential is gone or its owner blocked, NOT_AUTHORIZED_OR_NOT_FOUND when
     *     anything else does not hold any more
     */
    void requireIn(Identity.View view) {
        requireAuthenticatedIn(view);
        if (!granted.stream().allMatch(it -> it.holds(view))
                || !facts.stream().allMatch(it -> it.test(view.identity()))) {
            throw ProblemException.notFound();
        }
    }

    boolean isAuthenticatedIn(Identity.View view) {
        return credential.test(view.identity());
    }

    /** @throws ProblemException NOT_AUTHENTICATED when the credential is gone or its owner blocked */
    void requireAuthenticatedIn(Identity.View view) {
        if (!isAuthenticatedIn(view)) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
    }
}
