package io.holdfast.keyservice.service;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.keyservice.identity.LocalAuthorizer;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Decides by the policies, as the service does, and remembers what was asked about callers that a test watches. */
@Alternative
@ApplicationScoped
public class Decisions implements Authorizer {
    private final LocalAuthorizer policies;
    private final Map<String, Asked> watched = new ConcurrentHashMap<>();

    public Decisions(LocalAuthorizer policies) {
        this.policies = policies;
    }

    /**
     * What was asked about a caller.
     *
     * @param operations their names, each once
     */
    public record Asked(AtomicInteger questions, Set<String> operations) {}

    /** From now on, what is asked about this principal is remembered. */
    public Asked watch(String principal) {
        return watched.computeIfAbsent(principal, any -> new Asked(new AtomicInteger(), ConcurrentHashMap.newKeySet()));
    }

    @Override
    public Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        Asked asked = watched.get(caller.id());
        if (asked != null) {
            asked.questions().incrementAndGet();
            asked.operations().add(operation);
        }
        return policies.decide(caller, operation, permissions, compartment, variables);
    }
}
