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
    Caller authenticate(ClusterId cluster, String token);
}
