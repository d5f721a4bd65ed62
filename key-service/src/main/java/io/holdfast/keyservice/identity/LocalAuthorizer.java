package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Request;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Decides by the policies of the tenancy that the target's compartment belongs to. A caller of another tenancy needs the
 * consent of both: a statement of its own tenancy endorses, one of the target's admits. Nothing is allowed unless statements
 * grant it.
 *
 * <p>An unknown principal, tenancy or permission is denied. When etcd does not answer there is no decision, and the caller
 * gets 503 instead of access.
 */
@ApplicationScoped
public class LocalAuthorizer implements Authorizer {
    private static final Logger LOG = Logger.getLogger(LocalAuthorizer.class);
    /** Permissions of one question. */
    public static final int MAX_PERMISSIONS = 16;

    private static final TimeSource TIME = TimeSource.system();

    private final Identity identity;

    @Inject
    public LocalAuthorizer(Identity identity) {
        this.identity = identity;
    }

    @Override
    public Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        Optional<Permits> permits = Permits.ofRequest();
        Identity.View held = identity.held();
        Decision decision = decide(held, caller, operation, permissions, compartment, variables);
        if (!decision.allowed()
                || !permits.map(it -> it.isAuthenticatedIn(held)).orElse(true)) {
            Identity.View now = identity.current();
            // Between the authentication and here the credential may have gone.
            permits.ifPresent(it -> it.requireAuthenticatedIn(now));
            decision = decide(now, caller, operation, permissions, compartment, variables);
        }
        if (decision.allowed()) {
            permits.ifPresent(it -> it.granted(caller, operation, permissions, compartment, variables));
        }
        return decision;
    }

    /** As the port's method, on a view the caller already has. */
    public static Decision decide(
            Identity.View view,
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        Decision decision = evaluate(view, caller, operation, permissions, compartment, variables);
        if (LOG.isDebugEnabled()) {
            LOG.debugv(
                    "Decided. operation={0} principal={1} compartment={2} allowed={3} reason={4}",
                    operation, caller.id(), compartment.value(), decision.allowed(), decision.reason());
        }
        return decision;
    }

    /** A denial before the policies are asked holds until the state changes; theirs ends with the conditions on time. */
    private static Decision evaluate(
            Identity.View view,
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        Answer answer = new Answer(view.stateRevision(), view.identity().tenancyOf(compartment));
        if (permissions.isEmpty() || permissions.size() > MAX_PERMISSIONS) {
            return answer.denied("a request needs 1 to " + MAX_PERMISSIONS + " permissions");
        }
        List<Need> needs = new ArrayList<>();
        for (String name : permissions) {
            Optional<Permission> permission = Permission.named(name);
            if (permission.isEmpty()) {
                return answer.denied("there is no permission " + name);
            }
            needs.add(new Need(Set.of(permission.get()), compartment));
        }
        Optional<Principal> principal = view.identity().principal(caller);
        if (principal.isEmpty()) {
            return answer.denied("the principal does not exist or is not active");
        }
        Request request;
        try {
            request = new Request(principal.get(), operation, needs, compartment, variables, TIME.wall());
        } catch (IllegalArgumentException e) {
            return answer.denied("the request can't be evaluated: " + e.getMessage());
        }
        io.holdfast.iam.decision.Decision decision =
                view.identity().installation().decide(request);
        return answer.of(decision.allowed(), decision::explanation, new Validity(decision.holdsUntil()));
    }

    /** What every decision about one question says, however it turns out. */
    private record Answer(long stateRevision, Optional<TenancyId> targetTenancy) {
        Decision of(boolean allowed, Supplier<String> reasons, Validity holdsUntil) {
            return new Decision(allowed, reasons, stateRevision, holdsUntil, targetTenancy);
        }

        Decision denied(String reason) {
            return of(false, () -> reason, Validity.UNTIL_CHANGE);
        }
    }
}
