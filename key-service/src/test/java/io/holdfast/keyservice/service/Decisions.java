package io.holdfast.keyservice.service;

import io.holdfast.iam.decision.Operation;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.language.CaseFold;
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
import java.util.stream.Collectors;

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
     * @param unlike what was supplied otherwise than the table says that explain goes by
     */
    public record Asked(AtomicInteger questions, Set<String> operations, Set<String> unlike) {
        private void take(String operation, List<String> permissions, Map<String, String> variables) {
            questions.incrementAndGet();
            operations.add(operation);
            Set<String> supplied = variables.keySet().stream().map(CaseFold::of).collect(Collectors.toSet());
            for (String name : permissions) {
                Set<String> told = Operation.named(operation)
                        .flatMap(it -> Permission.named(name).map(it::variables))
                        .orElse(Set.of());
                if (!supplied.equals(told)) {
                    unlike.add(operation + " " + name + " supplies " + supplied + ", not " + told);
                }
            }
        }
    }

    /** From now on, what is asked about this principal is remembered. */
    public Asked watch(String principal) {
        return watched.computeIfAbsent(
                principal,
                any -> new Asked(new AtomicInteger(), ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet()));
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
            asked.take(operation, permissions, variables);
        }
        return policies.decide(caller, operation, permissions, compartment, variables);
    }
}
