package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Clusters of one tenancy whose Secrets are encrypted under a key of another, by the requests that the oci CLI makes. */
class CrossTenancyST {
    private static final String SECRET = "/api/v1/namespaces/default/secrets/across";

    @Test
    void aClusterUsesAKeyOfAnotherTenancyWhileBothAgree() {
        String name = "fleet-" + UUID.randomUUID().toString().substring(0, 8);
        StackEnvironment stack = Stack.up();
        Stack.Result added = Stack.dev("tenancy", "add", name);
        assertThat(added.exitCode()).as(added.output()).isZero();
        HoldfastApi keys = new HoldfastApi(stack);
        StackEnvironment theirs = as(stack, stack.directory().resolve("oci/" + name + "/config"));
        HoldfastApi clusters = new HoldfastApi(theirs);

        String vaults = keys.compartment("lent");
        keys.createVault(vaults, name);
        String key = keys.createKey(vaults, name).path("id").asText();
        String fleet = clusters.compartment("fleet");

        OciClient.Answer refused = create(clusters, fleet, key);
        assertThat(refused.status()).as(refused.text()).isBetween(400, 404);

        String group = clusters.client()
                .post(
                        theirs.keys(),
                        "/20160918/dynamicGroups",
                        Map.of(
                                "compartmentId",
                                clusters.tenancy(),
                                "name",
                                "Fleet",
                                "description",
                                "the clusters of the fleet",
                                "matchingRule",
                                "ALL {resource.type = 'cluster', resource.compartment.id = '" + fleet + "'}"))
                .expectSuccess("creating the dynamic group")
                .body()
                .path("id")
                .asText();
        clusters.createPolicy(
                clusters.tenancy(),
                name,
                List.of(
                        "Define tenancy Keys as " + keys.tenancy(),
                        "Endorse dynamic-group Fleet to use keys in tenancy Keys"));
        List<String> admitting = List.of(
                "Define tenancy Clusters as " + clusters.tenancy(),
                "Define dynamic-group TheirFleet as " + group,
                "Admit dynamic-group TheirFleet of tenancy Clusters to use keys in tenancy where target.key.id = '"
                        + key + "'");
        String admits =
                keys.createPolicy(keys.tenancy(), name, admitting).path("id").asText();

        JsonNode work = clusters.awaitWork(create(clusters, fleet, key).expectSuccess("creating the cluster"));
        String cluster = work.path("resources").path(0).path("identifier").asText();
        Path kubeconfig = stack.directory().resolve("kubeconfig-" + name);
        clusters.kubeconfig(cluster, kubeconfig);
        KubernetesEndpoint endpoint = new KubernetesEndpoint(theirs, kubeconfig);
        var created = endpoint.send(
                "POST",
                "/api/v1/namespaces/default/secrets",
                "application/json",
                "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"across\"},"
                        + "\"stringData\":{\"value\":\"seen by both\"}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(endpoint.get(SECRET).statusCode()).isEqualTo(200);

        keys.deletePolicy(admits);

        assertThat(endpoint.get(SECRET).statusCode()).isEqualTo(403);

        keys.createPolicy(keys.tenancy(), name + "-again", admitting);
        Checks.eventually("a readable Secret", Duration.ofSeconds(20), () -> {
            int status = endpoint.get(SECRET).statusCode();
            return status == 200 ? Optional.of(status) : Optional.empty();
        });
    }

    private static OciClient.Answer create(HoldfastApi clusters, String compartment, String key) {
        // A key-service that has just been started again may not be found yet by the others.
        return Checks.eventually("an answer to the creation", Duration.ofSeconds(60), () -> {
            OciClient.Answer answer = clusters.createCluster(
                    compartment, "across", clusters.kubernetesVersions().getFirst(), key);
            return answer.status() == 503 ? Optional.empty() : Optional.of(answer);
        });
    }

    /** The same stack, seen by another administrator. */
    private static StackEnvironment as(StackEnvironment stack, Path ociConfig) {
        Map<String, String> values = new HashMap<>(stack.values());
        values.put("OCI_CLI_CONFIG_FILE", ociConfig.toString());
        return new StackEnvironment(stack.directory(), values);
    }
}
