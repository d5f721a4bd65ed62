package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.etcd.jetcd.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way of a Secret in ten steps, through public interfaces only: REST as the OCI clients speak it, kubectl, Kafka,
 * and a look at etcd's bytes. A check that does not hold throws {@link StepFailed}.
 */
public final class Journey implements AutoCloseable {
    /** The Secrets of the journey lie in these namespaces. */
    static final List<String> NAMESPACES = List.of("payments", "billing", "web");

    private static final int SECRETS_PER_NAMESPACE = 100;
    private static final String ENVELOPE_PREFIX = "k8s:enc:kms:v1:holdfast:";
    private static final String PASSWORD = "correct-horse-battery-staple";
    private static final String KEY_COMPARTMENT = "acme-kms-key-compartment";
    private static final Duration JOB_BOUND = Duration.ofSeconds(120);

    private final StackEnvironment stack;
    private final Narrator tell;
    private final HoldfastApi api;
    private final EventTail events;
    private final EtcdView etcd;
    private final Kubectl kubectl;
    private final String run = Long.toString(Instant.now().getEpochSecond(), 36);

    private String keyCompartment = "";
    private String vault = "";
    private String key = "";
    private String firstVersion = "";
    private String policy = "";
    private String cluster = "";
    private String lostCluster = "";
    private String version = "";

    public Journey(StackEnvironment stack, Narrator tell) {
        this.stack = stack;
        this.tell = tell;
        this.api = new HoldfastApi(stack);
        this.events = new EventTail(stack);
        this.etcd = new EtcdView(stack);
        this.kubectl = new Kubectl(stack.kubeconfig());
    }

    /** All ten steps, in order. */
    public void runAll() {
        createVaultAndKey();
        writePolicy();
        createCluster();
        openEndpoint();
        createSecrets();
        readSecrets();
        rotateAndReencrypt();
        scheduleDeletion();
        cancelDeletion();
        letDeletionComplete();
        showAudit();
    }

    void createVaultAndKey() {
        tell.step(1, "A vault and a master key that the customer owns");
        keyCompartment = api.compartment(KEY_COMPARTMENT);
        tell.command("oci kms management vault create --endpoint $HOLDFAST_KEYS_URL --compartment-id " + keyCompartment
                + " --display-name acme-vault-" + run + " --vault-type DEFAULT");
        vault = api.createVault(keyCompartment, "acme-vault-" + run).path("id").asText();
        tell.event(events.await("VaultCreated", vault));
        JsonNode created = createKey("acme-key-" + run);
        key = created.path("id").asText();
        firstVersion = created.path("currentKeyVersion").asText();
        Checks.that(
                created.path("lifecycleState").asText().equals("ENABLED"), "the new key is not ENABLED: " + created);
        tell.event(events.await("KeyCreated", key));
        tell.check("the key is ENABLED, its first version is " + shortened(firstVersion));
    }

    void writePolicy() {
        tell.step(2, "A policy lets clusters use the key; without it they may not");
        version = pick(api.kubernetesVersions(), 0);
        OciClient.Answer refused = api.createCluster(api.tenancy(), "too-early-" + run, version, key);
        Checks.that(
                refused.status() == 400,
                "a cluster without a policy was answered " + refused.status() + " " + refused.text());
        tell.says("before the policy, a cluster with this key: " + refused.status() + " " + refused.text());
        tell.check("deny by default");
        policy = allowClusters("acme-oke-kms-policy-" + run, key);
        tell.event(events.await("PolicyChanged", policy));
    }

    void createCluster() {
        tell.step(3, "A cluster is created with the key");
        cluster = create("acme-" + run, key);
        tell.event(events.await("ClusterCreated", cluster));
        tell.event(events.await(
                "BindingCreated",
                event -> event.data().path("clusterId").asText().equals(cluster)));
        Checks.that(api.cluster(cluster).path("kmsKeyId").asText().equals(key), "the cluster does not name its key");
    }

    void openEndpoint() {
        tell.step(4, "Its Kubernetes endpoint opens, with a write fence");
        tell.event(events.await("ClusterEndpointOpened", cluster));
        Checks.that(api.cluster(cluster).path("lifecycleState").asText().equals("ACTIVE"), "the cluster is not ACTIVE");
        tell.says("fence: " + text(etcd.value("/clusters/" + cluster + "/holdfast/fence")));
        fetchKubeconfig();
        tell.command("kubectl get namespaces");
        tell.says(kubectl.run("get", "namespaces").expectSuccess().output());
    }

    void createSecrets() {
        tell.step(5, "kubectl creates Secrets; etcd holds envelopes");
        for (String namespace : NAMESPACES) {
            kubectl.run("create", "namespace", namespace).expectSuccess();
        }
        tell.command("kubectl -n payments create secret generic db-creds --from-literal=password=" + PASSWORD);
        tell.says(kubectl.run(
                        "-n",
                        "payments",
                        "create",
                        "secret",
                        "generic",
                        "db-creds",
                        "--from-literal=password=" + PASSWORD)
                .expectSuccess()
                .output());
        byte[] stored = etcd.value(secretKey("payments", "db-creds"));
        tell.command("etcdctl get " + secretKey("payments", "db-creds") + " | xxd | head -5");
        tell.says(hexDump(stored, 80));
        Checks.that(
                text(stored).startsWith(ENVELOPE_PREFIX), "the stored value does not start with " + ENVELOPE_PREFIX);
        Checks.that(!contains(stored, PASSWORD), "the password stands in etcd in plain text");
        Checks.that(
                !contains(stored, Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8))),
                "the password stands in etcd as base64");
        tell.check("prefix " + ENVELOPE_PREFIX + ", " + stored.length + " bytes, the password is not in them");
        String many = manySecrets().toString();
        tell.command("kubectl create -f " + many + " | wc -l");
        Checks.that(
                kubectl.run("create", "-f", many)
                                .expectSuccess()
                                .output()
                                .lines()
                                .count()
                        == (long) SECRETS_PER_NAMESPACE * NAMESPACES.size(),
                "kubectl did not create all Secrets");
        List<KeyValue> all = etcd.under("/clusters/" + cluster + "/registry/secrets/");
        Checks.that(
                all.size() > SECRETS_PER_NAMESPACE * NAMESPACES.size(), "etcd holds only " + all.size() + " Secrets");
        Checks.that(
                all.stream().allMatch(kv -> text(kv.getValue().getBytes()).startsWith(ENVELOPE_PREFIX)),
                "a value in etcd is no envelope");
        tell.check(all.size() + " Secrets in " + NAMESPACES.size() + " namespaces, every one in its own envelope");
    }

    void readSecrets() {
        tell.step(6, "kubectl reads them");
        tell.command("kubectl -n payments get secret db-creds -o jsonpath='{.data.password}' | base64 -d");
        Checks.that(readPassword().equals(PASSWORD), "kubectl does not read the password back");
        tell.says(PASSWORD);
        tell.command("kubectl get secrets --all-namespaces | head -5");
        List<String> lines = kubectl.run("get", "secrets", "--all-namespaces")
                .expectSuccess()
                .output()
                .lines()
                .toList();
        tell.says(String.join("\n", lines.subList(0, Math.min(5, lines.size()))));
        Checks.that(
                lines.size() > SECRETS_PER_NAMESPACE * NAMESPACES.size(),
                "kubectl lists only " + lines.size() + " lines");
    }

    void rotateAndReencrypt() {
        tell.step(7, "The key is rotated: every Secret is encrypted again, with proof");
        JsonNode before = api.secretsPerKeyVersion(cluster);
        tell.says("before: " + before.path("secretsPerKeyVersion"));
        long secrets = before.path("secretsPerKeyVersion").path(firstVersion).asLong();
        Checks.that(secrets > 0, "no Secret is counted under the first version: " + before);
        tell.command("oci kms management key-version create --endpoint $HOLDFAST_KEYS_URL --key-id " + key);
        String second = api.rotate(key).path("id").asText();
        tell.event(events.await("KeyRotated", key));
        AtomicLong shown = new AtomicLong(-1);
        JsonNode job = Checks.eventually("the end of the re-encryption", JOB_BOUND, () -> {
            for (JsonNode each : api.reencryptions(cluster)) {
                if (!each.path("keyVersionId").asText().equals(second)) {
                    continue;
                }
                long done = each.path("done").asLong() + each.path("skipped").asLong();
                if (shown.getAndSet(done) != done) {
                    tell.progress(
                            done,
                            each.path("total").asLong(),
                            each.path("lifecycleState").asText());
                }
                return each.path("lifecycleState").asText().equals("COMPLETED") ? Optional.of(each) : Optional.empty();
            }
            return Optional.empty();
        });
        Checks.that(job.path("failed").asLong() == 0, "Secrets failed: " + job);
        EventTail.CloudEvent completed = events.await(
                "ReencryptionCompleted",
                event -> event.data().path("clusterId").asText().equals(cluster)
                        && event.data().path("toKeyVersionId").asText().equals(second));
        tell.event(completed);
        JsonNode after = api.secretsPerKeyVersion(cluster);
        tell.says("after:  " + after.path("secretsPerKeyVersion"));
        JsonNode proof = completed.data().path("secretsPerKeyVersion");
        Checks.that(
                proof.size() == 1 && proof.path(second).asLong() == secrets,
                "the proof does not show all " + secrets + " Secrets under the new version: " + proof);
        Checks.that(
                after.path("secretsPerKeyVersion").equals(proof), "the live count differs from the proof: " + after);
        tell.check("proof: nothing live is left under " + shortened(firstVersion) + " (fence revision "
                + completed.data().path("fenceRevision") + ", scan revision "
                + completed.data().path("scanRevision") + ")");
        Checks.that(readPassword().equals(PASSWORD), "the password is not readable after the rotation");
    }

    void scheduleDeletion() {
        tell.step(8, "The key is scheduled for deletion: access ends everywhere before the answer");
        String command = "oci kms management key schedule-deletion --endpoint $HOLDFAST_KEYS_URL --key-id " + key;
        tell.command(command);
        OciClient.Answer refused = api.askForDeletion(key, Optional.empty());
        String why = refused.body().path("message").asText();
        Checks.that(refused.status() == 409 && why.contains(cluster), "a bound key was not kept: " + refused.body());
        tell.says(refused.status() + " " + why);
        tell.command("oci kms management key update --endpoint $HOLDFAST_KEYS_URL --key-id " + key
                + " --freeform-tags '{\"holdfast-force-deletion\":\"true\"}' --force");
        api.tagKey(key, Map.of("holdfast-force-deletion", "true"));
        tell.command(command);
        long start = System.nanoTime();
        JsonNode scheduled = api.askForDeletion(key, Optional.empty())
                .expectSuccess("scheduling the deletion")
                .body();
        long millis = (System.nanoTime() - start) / 1_000_000;
        Checks.that(scheduled.path("lifecycleState").asText().equals("PENDING_DELETION"), "the key is " + scheduled);
        refuseRead();
        tell.check("answered 200 after " + millis + " ms; the first read after it was refused");
        tell.event(events.await("KeyScheduledForDeletion", key));
        tell.event(events.await("ClusterKeyAccessLost", cluster));
    }

    void cancelDeletion() {
        tell.step(9, "The deletion is cancelled: access returns");
        tell.command("oci kms management key cancel-deletion --endpoint $HOLDFAST_KEYS_URL --key-id " + key);
        Checks.that(
                api.action(key, "cancelDeletion")
                        .path("lifecycleState")
                        .asText()
                        .equals("ENABLED"),
                "the key is not ENABLED again");
        tell.event(events.await("KeyDeletionCancelled", key));
        String password = Checks.eventually("a read after cancelling", Duration.ofSeconds(15), () -> {
            Kubectl.Run run = getPassword();
            return run.succeeded() ? Optional.of(decode(run.output())) : Optional.empty();
        });
        Checks.that(password.equals(PASSWORD), "the password changed");
        tell.command("kubectl -n payments get secret db-creds -o jsonpath='{.data.password}' | base64 -d");
        tell.says(password);
        tell.event(events.await("ClusterKeyAccessRestored", cluster));
    }

    void letDeletionComplete() {
        tell.step(10, "The deletion completes: permanently inaccessible");
        Instant at = Instant.now().plusSeconds(7).truncatedTo(ChronoUnit.MILLIS);
        tell.command("oci kms management key schedule-deletion --endpoint $HOLDFAST_KEYS_URL --key-id " + key
                + " --time-of-deletion " + at);
        api.askForDeletion(key, Optional.of(at)).expectSuccess("scheduling the deletion");
        tell.event(events.await("KeyDeleted", key));
        Checks.that(api.key(key).path("lifecycleState").asText().equals("DELETED"), "the key is not DELETED");
        refuseRead();
        List<String> versions = api.kubernetesVersions();
        OciClient.Answer upgrade = api.upgradeCluster(cluster, pick(versions, 1));
        tell.command("oci ce cluster update --endpoint $HOLDFAST_CLUSTERS_URL --cluster-id " + cluster
                + " --kubernetes-version " + pick(versions, 1));
        JsonNode work = api.awaitWork(upgrade.expectSuccess("the upgrade request"));
        Checks.that(work.path("status").asText().equals("FAILED"), "the upgrade did not fail: " + work);
        tell.says(api.workErrors(work, api.tenancy()));
        tell.check("upgrades of the cluster fail; delete it and create another");
        tell.command("oci ce cluster delete --endpoint $HOLDFAST_CLUSTERS_URL --cluster-id " + cluster + " --force");
        JsonNode deleted = api.awaitWork(api.deleteCluster(cluster).expectSuccess("deleting the cluster"));
        Checks.that(deleted.path("status").asText().equals("SUCCEEDED"), "the cluster was not deleted: " + deleted);
        tell.event(events.await("ClusterDeleted", cluster));
        recreate();
    }

    /** Leaves a working cluster behind, under a new key, in {@code .dev/kubeconfig}. */
    private void recreate() {
        String nextKey = createKey("acme-key-2-" + run).path("id").asText();
        allowClusters("acme-oke-kms-policy-2-" + run, nextKey);
        lostCluster = cluster;
        cluster = create("acme-again-" + run, nextKey);
        fetchKubeconfig();
        tell.command("kubectl create secret generic db-creds --from-literal=password=" + PASSWORD);
        tell.says(kubectl.run("create", "secret", "generic", "db-creds", "--from-literal=password=" + PASSWORD)
                .expectSuccess()
                .output());
        tell.check("cluster " + shortened(cluster) + " takes the place of " + shortened(lostCluster)
                + ", under a new key");
    }

    void showAudit() {
        tell.heading("Every step is on the audit trail");
        showTrail(vault, List.of("VaultCreated"));
        showTrail(
                key,
                List.of("KeyCreated", "KeyRotated", "KeyScheduledForDeletion", "KeyDeletionCancelled", "KeyDeleted"));
        showTrail(policy, List.of("PolicyChanged"));
        showTrail(
                lostCluster,
                List.of(
                        "ClusterCreated",
                        "ClusterEndpointOpened",
                        "ReencryptionStarted",
                        "ReencryptionCompleted",
                        "ClusterKeyAccessLost",
                        "ClusterKeyAccessRestored",
                        "ClusterDeleted"));
        JsonNode verified = api.verifyAudit();
        tell.says("verification: " + verified);
        Checks.that(verified.path("intact").asBoolean(), "the audit trail is not intact: " + verified);
        for (JsonNode source : verified.path("sources")) {
            Checks.that(source.path("contiguous").asBoolean(), "a sequence has a gap: " + source);
        }
        tell.check("the hash chain is intact, every source's sequence is without a gap");
    }

    /** Shows the entries of a subject once all that its steps caused are on the trail. */
    private void showTrail(String subject, List<String> types) {
        JsonNode entries = Checks.eventually(types + " on the trail of " + subject, Duration.ofSeconds(30), () -> {
            JsonNode found = api.auditOf(subject);
            String text = found.toString();
            return types.stream().allMatch(type -> text.contains("\"io.holdfast." + type + ".v1\""))
                    ? Optional.of(found)
                    : Optional.empty();
        });
        tell.command("GET $HOLDFAST_AUDIT_URL/v1/events?subject=" + subject + "   (signed like every OCI request)");
        for (JsonNode entry : entries) {
            tell.says(entry.path("time").asText() + "  " + entry.path("source").asText() + " #"
                    + entry.path("sequence").asText() + "  "
                    + entry.path("type").asText());
        }
    }

    private JsonNode createKey(String name) {
        tell.command("oci kms management key create --endpoint $HOLDFAST_KEYS_URL --compartment-id " + keyCompartment
                + " --display-name " + name
                + " --protection-mode SOFTWARE --key-shape '{\"algorithm\":\"AES\",\"length\":32}'");
        return api.createKey(keyCompartment, name);
    }

    /** The seed's recommended statement, for one key. */
    private String allowClusters(String name, String masterKey) {
        String statement = "Allow any-user to use keys in compartment " + KEY_COMPARTMENT
                + " where ALL {request.principal.type = 'cluster', target.key.id = '" + masterKey + "'}";
        tell.command("oci iam policy create --endpoint $HOLDFAST_KEYS_URL --compartment-id " + api.tenancy()
                + " --name " + name + " --description 'lets clusters use the master key' --statements \"[\\\""
                + statement + "\\\"]\"");
        return api.createPolicy(api.tenancy(), name, List.of(statement))
                .path("id")
                .asText();
    }

    /** Creates a cluster and waits until it is ACTIVE. */
    private String create(String name, String masterKey) {
        tell.command("oci ce cluster create --endpoint $HOLDFAST_CLUSTERS_URL --name " + name
                + " --kubernetes-version " + version + " --vcn-id ocid1.vcn.oc1.iad.aaaaaaaademo --compartment-id "
                + api.tenancy() + " --kms-key-id " + masterKey);
        OciClient.Answer accepted =
                api.createCluster(api.tenancy(), name, version, masterKey).expectSuccess("creating the cluster");
        Checks.that(accepted.status() == 202, "creating a cluster was answered " + accepted.status());
        JsonNode work = api.awaitWork(accepted);
        Checks.that(work.path("status").asText().equals("SUCCEEDED"), "the work request ended as " + work);
        return work.path("resources").path(0).path("identifier").asText();
    }

    private void fetchKubeconfig() {
        tell.command("oci ce cluster create-kubeconfig --endpoint $HOLDFAST_CLUSTERS_URL --cluster-id " + cluster
                + " --file " + stack.kubeconfig() + " --token-version 2.0.0");
        api.kubeconfig(cluster, stack.kubeconfig());
        remember(stack, cluster);
    }

    /** Notes the demo's cluster for {@code ./dev kubeconfig}. */
    private static void remember(StackEnvironment stack, String cluster) {
        try {
            Files.writeString(stack.directory().resolve("demo-cluster"), cluster);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refuseRead() {
        Kubectl.Run refused = getPassword();
        tell.command("kubectl -n payments get secret db-creds -o jsonpath='{.data.password}'");
        tell.says(refused.output());
        Checks.that(!refused.succeeded(), "a read succeeded after access was taken away: " + refused.output());
        Checks.that(refused.output().contains("Forbidden"), "the refusal is no Forbidden: " + refused.output());
        Checks.that(!refused.output().contains(PASSWORD), "the refusal shows the password");
    }

    private String readPassword() {
        return decode(getPassword().expectSuccess().output());
    }

    private Kubectl.Run getPassword() {
        return kubectl.run("-n", "payments", "get", "secret", "db-creds", "-o", "jsonpath={.data.password}");
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64.strip()), StandardCharsets.UTF_8);
    }

    private String secretKey(String namespace, String name) {
        return "/clusters/" + cluster + "/registry/secrets/" + namespace + "/" + name;
    }

    /** The file stays under the state directory, so that the command can be typed again. */
    private Path manySecrets() {
        List<String> documents = new ArrayList<>();
        for (String namespace : NAMESPACES) {
            for (int i = 0; i < SECRETS_PER_NAMESPACE; i++) {
                documents.add("""
                        apiVersion: v1
                        kind: Secret
                        metadata:
                          name: token-%03d
                          namespace: %s
                        stringData:
                          token: %s
                        """.formatted(i, namespace, ("value-" + i + "-").repeat(64)));
            }
        }
        try {
            return Files.writeString(stack.directory().resolve("demo-secrets.yaml"), String.join("---\n", documents));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pick(List<String> versions, int index) {
        Checks.that(versions.size() > index, "too few Kubernetes versions are offered: " + versions);
        return versions.get(index);
    }

    private static String shortened(String ocid) {
        return ocid.length() > 30 ? ocid.substring(0, 18) + "…" + ocid.substring(ocid.length() - 6) : ocid;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static boolean contains(byte[] haystack, String needle) {
        return text(haystack).contains(needle);
    }

    private static String hexDump(byte[] bytes, int count) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < Math.min(count, bytes.length); at += 16) {
            int end = Math.min(at + 16, bytes.length);
            StringBuilder printable = new StringBuilder();
            for (int i = at; i < end; i++) {
                printable.append(bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char) bytes[i] : '.');
            }
            out.append(
                    "%08x  %-48s %s%n".formatted(at, HexFormat.ofDelimiter(" ").formatHex(bytes, at, end), printable));
        }
        return out.toString();
    }

    @Override
    public void close() {
        events.close();
        etcd.close();
    }
}
