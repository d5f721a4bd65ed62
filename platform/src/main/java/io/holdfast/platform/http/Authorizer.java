package io.holdfast.platform.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.List;
import java.util.Map;

/** Decides what a caller may do. key-service has its own; the other services ask key-service. Denies on error. */
public interface Authorizer {

    /**
     * @param operation upper camel case, for example CreateCluster
     * @param permissions all of them are needed
     * @param compartment of the target
     * @param variables of the target, for example {@code target.key.id}
     */
    Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables);

    /**
     * As {@link #decide}, for an operation on a resource of the path.
     *
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHORIZED_OR_NOT_FOUND when denied
     */
    default void require(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        if (!decide(caller, operation, permissions, compartment, variables).allowed()) {
            throw io.holdfast.kernel.ProblemException.notFound();
        }
    }

    /**
     * @param reason for the log and the audit trail, never for the caller
     * @param stateRevision the access state the decision rests on
     */
    record Decision(boolean allowed, String reason, long stateRevision) {}
}
