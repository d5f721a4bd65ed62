package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The load driver of the re-encryption: Secrets of 1 KiB under one cluster, one rotation, and in the same run raw
 * compare-and-swap writes of the same size on the same etcd by jetcd, so that the ratio means something.
 *
 * <p>Arguments: the state directory of a running stack, the number of Secrets (10,000 by default), rounds (3 by default).
 */
public final class ReencryptionLoad {
    private static final int VALUE_BYTES = 1024;
    private static final int WINDOW = 64;
    private static final Duration BOUND = Duration.ofMinutes(5);

    private ReencryptionLoad() {}

    public static void main(String[] args) throws InterruptedException, ExecutionException {
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        int secrets = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        HoldfastApi api = new HoldfastApi(stack);
        HoldfastApi.BoundCluster bound = api.boundCluster("SOFTWARE");
        String key = bound.key();
        String cluster = bound.cluster();
        Path kubeconfig = api.kubeconfig(cluster, stack.directory().resolve("kubeconfig-load"));
        double created = create(new KubernetesEndpoint(stack, kubeconfig), secrets);
        System.out.printf(
                "%d Secrets of %d bytes created through the Kubernetes API: %.0f/s%n", secrets, VALUE_BYTES, created);
        try (EtcdView etcd = new EtcdView(stack)) {
            for (int round = 1; round <= rounds; round++) {
                double raw = rawWrites(etcd.client().getKVClient(), "/clusters/" + bound.name() + "/", secrets);
                long started = System.nanoTime();
                String version = api.rotate(key).path("id").asText();
                JsonNode job = Checks.eventually("the end of the job", BOUND, () -> finished(api, cluster, version));
                double seconds = (System.nanoTime() - started) / 1e9;
                double rate = job.path("total").asLong() / seconds;
                System.out.printf(
                        "round %d: heap of secret-service in use %.0f MB%n", round, heapMegabytes(api, stack));
                System.out.printf(
                        "round %d: re-encryption %.0f Secrets/s (%.2f s from the rotation's request to the proof), raw jetcd"
                                + " compare-and-swap writes %.0f/s, ratio %.2f%n",
                        round, rate, seconds, raw, rate / raw);
            }
        }
        api.awaitWork(api.deleteCluster(cluster).expectSuccess("deleting the cluster"));
    }

    /** From the service's own metrics; it breathes with the collector, and must not grow from round to round. */
    private static double heapMegabytes(HoldfastApi api, StackEnvironment stack) {
        return api.client()
                        .get(stack.secrets(), "/q/metrics")
                        .expectSuccess("reading the metrics")
                        .text()
                        .lines()
                        .filter(line -> line.startsWith("jvm_memory_used_bytes{") && line.contains("area=\"heap\""))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum()
                / (1 << 20);
    }

    private static Optional<JsonNode> finished(HoldfastApi api, String cluster, String version) {
        for (JsonNode job : api.reencryptions(cluster)) {
            if (job.path("keyVersionId").asText().equals(version)
                    && job.path("lifecycleState").asText().equals("COMPLETED")) {
                return Optional.of(job);
            }
        }
        return Optional.empty();
    }

    private static double create(KubernetesEndpoint endpoint, int count) throws InterruptedException {
        Semaphore window = new Semaphore(WINDOW);
        AtomicInteger refused = new AtomicInteger();
        String value = "v".repeat(VALUE_BYTES);
        long started = System.nanoTime();
        for (int i = 0; i < count; i++) {
            String body = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"load-" + i
                    + "\"},\"stringData\":{\"value\":\"" + value + "\"}}";
            window.acquire();
            var unused = endpoint.client()
                    .sendAsync(
                            endpoint.request("POST", "/api/v1/namespaces/default/secrets", "application/json", body),
                            HttpResponse.BodyHandlers.ofString())
                    .whenComplete((answer, failure) -> {
                        if (failure != null || answer.statusCode() != 201) {
                            refused.incrementAndGet();
                            System.err.println(failure != null ? failure.toString() : answer.body());
                        }
                        window.release();
                    });
        }
        window.acquire(WINDOW);
        Checks.that(refused.get() == 0, refused.get() + " Secrets were not created");
        return count / ((System.nanoTime() - started) / 1e9);
    }

    /** Each write compares the key's mod revision, as a Secret's write does; {@value #WINDOW} in flight. */
    private static double rawWrites(KV kv, String prefix, int count) throws InterruptedException, ExecutionException {
        ByteSequence value = ByteSequence.from(new byte[VALUE_BYTES]);
        AtomicInteger refused = new AtomicInteger();
        Semaphore window = new Semaphore(WINDOW);
        long started = System.nanoTime();
        for (int i = 0; i < count; i++) {
            ByteSequence key = ByteSequence.from(prefix + i, StandardCharsets.UTF_8);
            window.acquire();
            var unused = kv.txn()
                    .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(0)))
                    .Then(Op.put(key, value, PutOption.DEFAULT))
                    .commit()
                    .whenComplete((answer, failure) -> {
                        if (failure != null || !answer.isSucceeded()) {
                            refused.incrementAndGet();
                        }
                        window.release();
                    });
        }
        window.acquire(WINDOW);
        double seconds = (System.nanoTime() - started) / 1e9;
        Checks.that(refused.get() == 0, refused.get() + " raw writes were refused");
        kv.delete(
                        ByteSequence.from(prefix, StandardCharsets.UTF_8),
                        io.etcd.jetcd.options.DeleteOption.builder()
                                .isPrefix(true)
                                .build())
                .get();
        return count / seconds;
    }
}
