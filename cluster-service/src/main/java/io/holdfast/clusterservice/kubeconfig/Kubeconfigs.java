package io.holdfast.clusterservice.kubeconfig;

import io.holdfast.clusterservice.config.ClustersConfig;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.TlsConfig;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;

/**
 * Writes kubeconfig files. The names are the ones that OKE gives, so that clients which merge files by name find them;
 * the credential is a bearer token of at most one hour instead of a command to run.
 */
@ApplicationScoped
public class Kubeconfigs {
    /** How long a token lasts at most, and when the client names nothing. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private static final int SHORT_NAME = 11;
    private static final int LARGEST_CA = 64 * 1024;

    private final KeyService keys;
    private final ClustersConfig config;
    private final TlsConfig tls;

    public Kubeconfigs(KeyService keys, ClustersConfig config, TlsConfig tls) {
        this.keys = keys;
        this.config = config;
        this.tls = tls;
    }

    /**
     * @param wished how long the token shall last; longer than {@link #LONGEST} is cut to it, as clients ask for months
     * @return YAML, with a credential in it
     * @throws ProblemException INCORRECT_STATE before the cluster is ACTIVE, CONFLICT when it will not be any more
     */
    public byte[] write(Cluster cluster, Caller user, Duration wished) {
        switch (cluster) {
            case Cluster.Active active -> {}
            case Cluster.Updating updating -> {}
            case Cluster.Creating creating ->
                throw new ProblemException(
                        ProblemCode.INCORRECT_STATE,
                        "The cluster is CREATING; wait until it is ACTIVE, then try again.");
            case Cluster.Deleting deleting -> throw ended(cluster);
            case Cluster.Failed failed -> throw ended(cluster);
            case Cluster.Deleted deleted -> throw ProblemException.notFound();
        }
        Duration lifetime = wished.compareTo(LONGEST) > 0 ? LONGEST : wished;
        KeyService.KubectlToken token = keys.issueToken(user, cluster.id(), lifetime);
        String unique = cluster.id().unique();
        String shortName = "c" + unique.substring(Math.max(0, unique.length() - SHORT_NAME + 1));
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: cluster-%1$s
                  cluster:
                    server: %2$s
                    certificate-authority-data: %3$s
                users:
                - name: user-%1$s
                  user:
                    token: %4$s
                contexts:
                - name: context-%1$s
                  context:
                    cluster: cluster-%1$s
                    user: user-%1$s
                current-context: context-%1$s
                """.formatted(shortName, server(cluster), authority(), token.token())
                .getBytes(StandardCharsets.UTF_8);
    }

    private String server(Cluster cluster) {
        String base = config.secretsUrl().toString();
        return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/clusters/"
                + cluster.id().value();
    }

    private String authority() {
        try {
            // Read each time: an operator may renew the authority while the service runs.
            byte[] pem = Files.readAllBytes(tls.dir()
                    .orElseThrow(() -> new IllegalStateException("holdfast.tls.dir is not set"))
                    .resolve("ca.crt"));
            if (pem.length == 0 || pem.length > LARGEST_CA) {
                throw new IllegalStateException("ca.crt in holdfast.tls.dir has " + pem.length + " bytes");
            }
            return Base64.getEncoder().encodeToString(pem);
        } catch (IOException e) {
            throw new UncheckedIOException("ca.crt in holdfast.tls.dir", e);
        }
    }

    private static ProblemException ended(Cluster cluster) {
        return new ProblemException(
                ProblemCode.CONFLICT,
                "The cluster is " + cluster.lifecycleState() + "; its Kubernetes endpoint is not served.");
    }
}
