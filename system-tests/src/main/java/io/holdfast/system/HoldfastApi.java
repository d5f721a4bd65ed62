package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operator's verbs, as requests to the public REST APIs. */
public final class HoldfastApi {
    private static final Duration WORK_BOUND = Duration.ofSeconds(60);
    private final OciClient client;
    private final StackEnvironment stack;

    public HoldfastApi(StackEnvironment stack) {
        this.stack = stack;
        this.client = new OciClient(stack);
    }

    public String tenancy() {
        return client.profile().tenancy();
    }

    /** The compartment of this name under the root; made when there is none. */
    public String compartment(String name) {
        JsonNode list = client.get(stack.keys(), "/20160918/compartments?compartmentId=" + tenancy() + "&limit=1000")
                .expectSuccess("listing compartments")
                .body();
        for (JsonNode compartment : list) {
            if (compartment.path("name").asText().equals(name)) {
                return compartment.path("id").asText();
            }
        }
        return client.post(
                        stack.keys(),
                        "/20160918/compartments",
                        Map.of("compartmentId", tenancy(), "name", name, "description", name))
                .expectSuccess("creating the compartment")
                .body()
                .path("id")
                .asText();
    }

    public JsonNode createVault(String compartment, String name) {
        return client.post(
                        stack.keys(),
                        "/20180608/vaults",
                        Map.of("compartmentId", compartment, "displayName", name, "vaultType", "DEFAULT"))
                .expectSuccess("creating the vault")
                .body();
    }

    /** A software AES key of 256 bits. */
    public JsonNode createKey(String compartment, String name) {
        return createKey(compartment, name, "SOFTWARE");
    }

    public JsonNode createKey(String compartment, String name, String protectionMode) {
        return client.post(
                        stack.keys(),
                        "/20180608/keys",
                        Map.of(
                                "compartmentId",
                                compartment,
                                "displayName",
                                name,
                                "protectionMode",
                                protectionMode,
                                "keyShape",
                                Map.of("algorithm", "AES", "length", 32)))
                .expectSuccess("creating the master key")
                .body();
    }

    /** A cluster for load, and the master key that it is bound to. */
    public record BoundCluster(String name, String key, String cluster) {}

    /** Makes a cluster that is bound to a new key, in the compartment {@code load}. */
    public BoundCluster boundCluster(String protectionMode) {
        String name = loadName();
        String compartment = compartment("load");
        createVault(compartment, name);
        return cluster(
                name, createKey(compartment, name, protectionMode).path("id").asText());
    }

    /** Makes a cluster that is bound to a key that is there. */
    public BoundCluster clusterBoundTo(String key) {
        return cluster(loadName(), key);
    }

    private static String loadName() {
        return "load-" + Long.toString(System.currentTimeMillis(), 36);
    }

    private BoundCluster cluster(String name, String key) {
        createPolicy(
                tenancy(),
                name,
                List.of("Allow any-user to use keys in tenancy where ALL {request.principal.type = 'cluster',"
                        + " target.key.id = '" + key + "'}"));
        JsonNode work =
                awaitWork(createCluster(tenancy(), name, kubernetesVersions().getFirst(), key)
                        .expectSuccess("creating the cluster"));
        return new BoundCluster(
                name, key, work.path("resources").path(0).path("identifier").asText());
    }

    public JsonNode key(String key) {
        return client.get(stack.keys(), "/20180608/keys/" + key)
                .expectSuccess("reading the key")
                .body();
    }

    public JsonNode rotate(String key) {
        return client.post(stack.keys(), "/20180608/keys/" + key + "/keyVersions", null)
                .expectSuccess("rotating the key")
                .body();
    }

    /** One of enable, disable, cancelDeletion. */
    public JsonNode action(String key, String action) {
        return client.post(stack.keys(), "/20180608/keys/" + key + "/actions/" + action, null)
                .expectSuccess(action)
                .body();
    }

    /**
     * Also of a key that clusters are bound to.
     *
     * @param at when the key shall be deleted, or empty for the longest window
     */
    public JsonNode scheduleDeletion(String key, Optional<Instant> at) {
        return scheduling(key, "?force=true", at)
                .expectSuccess("scheduling the deletion")
                .body();
    }

    /** As a client asks that knows nothing of force. */
    public OciClient.Answer askForDeletion(String key, Optional<Instant> at) {
        return scheduling(key, "", at);
    }

    private OciClient.Answer scheduling(String key, String query, Optional<Instant> at) {
        Object body = at.<Object>map(time -> Map.of("timeOfDeletion", time.toString()))
                .orElse(Map.of());
        return client.post(stack.keys(), "/20180608/keys/" + key + "/actions/scheduleDeletion" + query, body);
    }

    public JsonNode tagKey(String key, Map<String, String> freeformTags) {
        return client.put(stack.keys(), "/20180608/keys/" + key, Map.of("freeformTags", freeformTags))
                .expectSuccess("tagging the key")
                .body();
    }

    public JsonNode createPolicy(String compartment, String name, List<String> statements) {
        return client.post(
                        stack.keys(),
                        "/20160918/policies",
                        Map.of(
                                "compartmentId",
                                compartment,
                                "name",
                                name,
                                "description",
                                "lets clusters use the master key",
                                "statements",
                                statements))
                .expectSuccess("creating the policy")
                .body();
    }

    public void deletePolicy(String policy) {
        client.delete(stack.keys(), "/20160918/policies/" + policy).expectSuccess("deleting the policy");
    }

    public List<String> kubernetesVersions() {
        JsonNode versions = client.get(stack.clusters(), "/20180222/clusterOptions/all")
                .expectSuccess("reading the cluster options")
                .body()
                .path("kubernetesVersions");
        return versions.valueStream().map(JsonNode::asText).toList();
    }

    public OciClient.Answer createCluster(String compartment, String name, String version, String key) {
        return client.post(
                stack.clusters(),
                "/20180222/clusters",
                Map.of(
                        "name",
                        name,
                        "compartmentId",
                        compartment,
                        "vcnId",
                        "ocid1.vcn.oc1.iad.aaaaaaaademo",
                        "kubernetesVersion",
                        version,
                        "kmsKeyId",
                        key));
    }

    public OciClient.Answer upgradeCluster(String cluster, String version) {
        return client.put(stack.clusters(), "/20180222/clusters/" + cluster, Map.of("kubernetesVersion", version));
    }

    public OciClient.Answer deleteCluster(String cluster) {
        return client.delete(stack.clusters(), "/20180222/clusters/" + cluster);
    }

    public JsonNode cluster(String cluster) {
        return client.get(stack.clusters(), "/20180222/clusters/" + cluster)
                .expectSuccess("reading the cluster")
                .body();
    }

    /** Waits until the work request has ended, well or not. */
    public JsonNode awaitWork(OciClient.Answer accepted) {
        String id = accepted.header("opc-work-request-id");
        Checks.that(!id.isEmpty(), "the answer carries no opc-work-request-id");
        return Checks.eventually("the end of work request " + id, WORK_BOUND, () -> {
            JsonNode work = client.get(stack.clusters(), "/20180222/workRequests/" + id)
                    .expectSuccess("reading the work request")
                    .body();
            return work.hasNonNull("timeFinished") ? Optional.of(work) : Optional.empty();
        });
    }

    /** What a failed work request says. */
    public String workErrors(JsonNode work, String compartment) {
        return client.get(
                        stack.clusters(),
                        "/20180222/workRequests/" + work.path("id").asText() + "/errors?compartmentId=" + compartment)
                .expectSuccess("reading the errors of the work request")
                .text();
    }

    /** Fetches the cluster's kubeconfig into a file that only its owner can read. */
    public Path kubeconfig(String cluster, Path file) {
        OciClient.Answer answer = client.post(
                        stack.clusters(),
                        "/20180222/clusters/" + cluster + "/kubeconfig/content",
                        Map.of("tokenVersion", "2.0.0"))
                .expectSuccess("creating the kubeconfig");
        try {
            Path fresh = Files.createTempFile(
                    file.toAbsolutePath().getParent(),
                    "kubeconfig",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, answer.raw().body());
            return Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StepFailed("cannot write " + file + ": " + e.getMessage());
        }
    }

    /** Live Secrets per key version, counted now. */
    public JsonNode secretsPerKeyVersion(String cluster) {
        return client.get(stack.secrets(), "/v1/clusters/" + cluster + "/secretsPerKeyVersion")
                .expectSuccess("counting the Secrets per key version")
                .body();
    }

    /** The re-encryption jobs of the cluster, newest first. */
    public JsonNode reencryptions(String cluster) {
        return client.get(stack.secrets(), "/v1/clusters/" + cluster + "/reencryptions")
                .expectSuccess("reading the re-encryption jobs")
                .body()
                .path("items");
    }

    /** The audit entries of a subject, oldest first. */
    public JsonNode auditOf(String subject) {
        return client.get(
                        stack.audit(),
                        "/v1/events?limit=1000&subject=" + URLEncoder.encode(subject, StandardCharsets.UTF_8))
                .expectSuccess("reading the audit trail")
                .body();
    }

    /** Recomputes the hash chain of the trail. */
    public JsonNode verifyAudit() {
        return client.get(stack.audit(), "/v1/verification")
                .expectSuccess("verifying the audit trail")
                .body();
    }

    public OciClient client() {
        return client;
    }
}
