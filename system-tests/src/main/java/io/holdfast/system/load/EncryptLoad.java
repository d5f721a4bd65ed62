package io.holdfast.system.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.system.Checks;
import io.holdfast.system.HoldfastApi;
import io.holdfast.system.OciClient;
import io.holdfast.system.StackEnvironment;
import io.holdfast.system.load.Meter.Measured;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The load driver of REST encryption: requests as OCI clients sign them, all signed before the clock starts, each sent once.
 *
 * <p>Arguments: the state directory of a running stack, then {@code --requests N} for one round (20,000 by default; they
 * must be sent within the five minutes that a signature holds), {@code --rounds N} (3 by default), {@code --connections N}
 * (128 by default).
 */
public final class EncryptLoad {
    private static final int PLAINTEXT = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private EncryptLoad() {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        Options options = Options.of(args, "requests", "rounds", "connections");
        int requests = options.number("requests", 20_000);
        int rounds = options.number("rounds", 3);
        int connections = options.number("connections", 128);
        HoldfastApi api = new HoldfastApi(stack);
        String name = Long.toString(System.currentTimeMillis(), 36);
        String compartment = api.compartment("load");
        api.createVault(compartment, "encrypt-" + name);
        String key = api.createKey(compartment, "encrypt-" + name).path("id").asText();
        // The first one warms up.
        for (int round = 0; round <= rounds; round++) {
            List<byte[]> signed = sign(api.client(), stack.keys(), key, requests);
            Measured measured = send(stack, signed, connections);
            System.out.printf(
                    "%s: REST encrypt %.0f/s over %d connections (%s)%n",
                    round == 0 ? "warm-up" : "round " + round,
                    measured.perSecond(),
                    connections,
                    measured.shares("key-service"));
        }
    }

    private static List<byte[]> sign(OciClient client, URI keys, String key, int count) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<byte[]> signed = new ArrayList<>(count);
        byte[] plaintext = new byte[PLAINTEXT];
        for (int i = 0; i < count; i++) {
            RANDOM.nextBytes(plaintext);
            byte[] body = json.writeValueAsBytes(
                    Map.of("keyId", key, "plaintext", Base64.getEncoder().encodeToString(plaintext)));
            signed.add(RawHttp.bytes(client.sign("POST", keys, "/20180608/encrypt", body)));
        }
        return signed;
    }

    private static Measured send(StackEnvironment stack, List<byte[]> requests, int connections)
            throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        Cpu cpu = Cpu.start(stack.process("key-service"));
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                ends.add(threads.submit(() -> {
                    try (RawHttp connection = RawHttp.connect(stack.keys())) {
                        for (int mine = next.getAndIncrement(); mine < requests.size(); mine = next.getAndIncrement()) {
                            RawHttp.Answer answer = connection.exchange(requests.get(mine));
                            if (answer.status() != 200 && refused.getAndIncrement() == 0) {
                                System.err.println(
                                        answer.status() + " " + new String(answer.body(), StandardCharsets.UTF_8));
                            }
                        }
                        return null;
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
        Measured measured = cpu.measured(requests.size());
        Checks.that(refused.get() == 0, refused.get() + " requests were refused");
        return measured;
    }
}
