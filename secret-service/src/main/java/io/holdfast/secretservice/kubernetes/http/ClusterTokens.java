package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.http.Caller;

/** Verifies the bearer tokens of a cluster's kubeconfigs. */
@FunctionalInterface
public interface ClusterTokens {

    /**
     * Who holds this token, good for this cluster, now.
     *
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED, without detail, when the token is not good here
     */
    Holder authenticate(ClusterId cluster, String token);

    /**
     * @param stateRevision the access state at which the token was good
     * @param expiresAtMillis epoch milliseconds from which the token is good no longer; 0 for never
     */
    record Holder(Caller caller, long stateRevision, long expiresAtMillis) {}
}
