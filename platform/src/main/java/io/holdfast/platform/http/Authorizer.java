package io.holdfast.platform.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Validity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

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
     * A decision may be kept and used again while its state revision stands and until its end, a denial no longer than a
     * permission: a condition of time may give access that ends, or that has yet to begin.
     *
     * @param reasons for the log and the audit trail, never for the caller. Written when they are asked for: they may cost a
     *     thousand times what the decision did
     * @param stateRevision the access state the decision rests on
     * @param holdsUntil never to be used afterwards
     * @param targetTenancy that the compartment of the target belongs to, whoever asks; what is made there belongs to it.
     *     Empty when there is no such compartment
     */
    record Decision(
            boolean allowed,
            Supplier<String> reasons,
            long stateRevision,
            Validity holdsUntil,
            Optional<TenancyId> targetTenancy) {
        /** With a reason that is there already. */
        public Decision(
                boolean allowed,
                String reason,
                long stateRevision,
                Validity holdsUntil,
                Optional<TenancyId> targetTenancy) {
            this(allowed, () -> reason, stateRevision, holdsUntil, targetTenancy);
        }

        /** The same, where it rests on something besides that was found at another access state. */
        public Decision restingOn(long otherRevision) {
            return new Decision(allowed, reasons, Math.min(stateRevision, otherRevision), holdsUntil, targetTenancy);
        }

        public String reason() {
            return reasons.get();
        }

        /** Without the reasons, which nobody asked for. */
        @Override
        public String toString() {
            return "Decision[allowed=" + allowed + ", stateRevision=" + stateRevision + ", holdsUntil=" + holdsUntil
                    + "]";
        }
    }
}
