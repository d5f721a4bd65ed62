package io.holdfast.secretservice.config;

import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.ClusterTokenAuthenticator;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.secretservice.kubernetes.http.ClusterTokens;
import io.holdfast.secretservice.kubernetes.http.KubernetesEndpoint;
import io.holdfast.secretservice.kubernetes.http.KubernetesRoutes;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Puts the Kubernetes API of the served clusters on the service's HTTPS port. */
@Singleton
public class KubernetesWiring {

    void mount(
            @Observes Router router,
            ObjectStorage storage,
            AccessSession session,
            ClusterTokenAuthenticator tokens,
            Authorizer authorizer,
            TimeSource time) {
        KubernetesEndpoint endpoint = new KubernetesEndpoint(
                storage,
                session,
                (cluster, token) -> {
                    ClusterTokenAuthenticator.Identified found = tokens.authenticate(token, cluster);
                    return new ClusterTokens.Holder(found.caller(), found.stateRevision(), found.expiresAtMillis());
                },
                authorizer,
                time::wall);
        new KubernetesRoutes(endpoint, session, KubernetesRoutes.virtualThreads()).mount(router);
    }
}
