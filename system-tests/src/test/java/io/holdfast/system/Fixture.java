package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A key, a policy and a cluster of a test's own on the shared stack. */
final class Fixture implements AutoCloseable {
    final StackEnvironment stack;
    final HoldfastApi api;
    final EventTail events;
    final String key;
    final String firstVersion;
    final String cluster;
    final Path kubeconfig;

    Fixture() {
        this("SOFTWARE");
    }

    /** @param protectionMode of the cluster's master key */
    Fixture(String protectionMode) {
        this.stack = Stack.up();
        this.api = new HoldfastApi(stack);
        this.events = new EventTail(stack);
        String name = UUID.randomUUID().toString().substring(0, 8);
        String compartment = api.compartment("faults");
        api.createVault(compartment, "vault-" + name);
        JsonNode created = api.createKey(compartment, "key-" + name, protectionMode);
        this.key = created.path("id").asText();
        this.firstVersion = created.path("currentKeyVersion").asText();
        api.createPolicy(
                api.tenancy(),
                "policy-" + name,
                List.of(
                        "Allow any-user to use keys in compartment faults where ALL {request.principal.type = 'cluster',"
                                + " target.key.id = '" + key + "'}"));
        String version = api.kubernetesVersions().getFirst();
        // A service that an earlier test has killed may not be found again yet by the others.
        OciClient.Answer accepted = Checks.eventually("an answer to the creation", Duration.ofSeconds(30), () -> {
            OciClient.Answer answer = api.createCluster(api.tenancy(), "cluster-" + name, version, key);
            return answer.status() == 503 ? Optional.empty() : Optional.of(answer);
        });
        JsonNode work = api.awaitWork(accepted.expectSuccess("creating the cluster"));
        this.cluster = work.path("resources").path(0).path("identifier").asText();
        this.kubeconfig = stack.directory().resolve("kubeconfig-" + name);
        api.kubeconfig(cluster, kubeconfig);
    }

    KubernetesEndpoint endpoint() {
        return new KubernetesEndpoint(stack, kubeconfig);
    }

    void createSecret(KubernetesEndpoint endpoint, String name, String value) {
        var created = endpoint.send(
                "POST",
                "/api/v1/namespaces/default/secrets",
                "application/json",
                "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"" + name
                        + "\"},\"stringData\":{\"value\":\"" + value + "\"}}");
        Checks.that(
                created.statusCode() == 201,
                "creating a Secret was answered " + created.statusCode() + " " + created.body());
    }

    static String secretPath(String name) {
        return "/api/v1/namespaces/default/secrets/" + name;
    }

    /** The finished job that re-encrypted to this version. */
    JsonNode awaitJob(String toVersion, Duration bound) {
        return Checks.eventually("the end of the re-encryption to " + toVersion, bound, () -> {
            OciClient.Answer answer = api.client().get(stack.secrets(), "/v1/clusters/" + cluster + "/reencryptions");
            // Right after a crash a service may not have found the other one again; its clients try again.
            if (answer.status() == 503) {
                return Optional.empty();
            }
            for (JsonNode job : answer.expectSuccess("reading the re-encryption jobs")
                    .body()
                    .path("items")) {
                if (job.path("keyVersionId").asText().equals(toVersion)
                        && job.path("lifecycleState").asText().equals("COMPLETED")) {
                    return Optional.of(job);
                }
            }
            return Optional.empty();
        });
    }

    /** Waits until a read succeeds. */
    void awaitReadable(KubernetesEndpoint endpoint, String name) {
        Checks.eventually("a readable Secret", Duration.ofSeconds(20), () -> {
            int status = endpoint.get(secretPath(name)).statusCode();
            return status == 200 ? Optional.of(status) : Optional.empty();
        });
    }

    @Override
    public void close() {
        events.close();
    }
}
