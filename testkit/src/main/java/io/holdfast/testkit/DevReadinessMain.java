package io.holdfast.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * {@code DevReadinessMain <seconds> <ca.crt> (<part> <pid> <probe>)...}: waits until each part is ready and prints a line
 * for each as it is.
 *
 * <p>A probe is {@code http://…} or {@code https://…} (ready on 200), {@code kafka:<port>} or {@code postgres:<data
 * directory>}. Ends with 1 when a part died or the bound passed, after a line {@code FAILED <part> <reason>} for each.
 */
public final class DevReadinessMain {
    private static final Duration PROBE_BOUND = Duration.ofSeconds(3);
    private static final long POLL_MILLIS = 100;

    private DevReadinessMain() {}

    private record Part(String name, long pid, String probe) {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5 || (arguments.length - 2) % 3 != 0) {
            System.err.println("usage: DevReadinessMain <seconds> <ca.crt> (<part> <pid> <probe>)...");
            System.exit(2);
        }
        List<Part> waiting = new ArrayList<>();
        for (int i = 2; i < arguments.length; i += 3) {
            waiting.add(new Part(arguments[i], Long.parseLong(arguments[i + 1]), arguments[i + 2]));
        }
        boolean good = await(Duration.ofSeconds(Long.parseLong(arguments[0])), Path.of(arguments[1]), waiting);
        System.exit(good ? 0 : 1);
    }

    private static boolean await(Duration bound, Path authority, List<Part> waiting) throws Exception {
        long start = System.nanoTime();
        boolean good = true;
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PROBE_BOUND)
                .sslContext(trusting(authority))
                .build()) {
            while (!waiting.isEmpty()) {
                for (Iterator<Part> parts = waiting.iterator(); parts.hasNext(); ) {
                    Part part = parts.next();
                    if (ready(client, part)) {
                        System.out.println(String.format(
                                Locale.ROOT, "  %-16s ready (%.1f s)", part.name(), (System.nanoTime() - start) / 1e9));
                        parts.remove();
                    } else if (!ProcessHandle.of(part.pid())
                            .map(ProcessHandle::isAlive)
                            .orElse(false)) {
                        System.out.println("FAILED " + part.name() + " died while starting");
                        parts.remove();
                        good = false;
                    }
                }
                if (!waiting.isEmpty() && System.nanoTime() - start > bound.toNanos()) {
                    waiting.forEach(part -> System.out.println(
                            "FAILED " + part.name() + " was not ready within " + bound.toSeconds() + " s"));
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
        return good;
    }

    private static boolean ready(HttpClient client, Part part) throws InterruptedException {
        String probe = part.probe();
        try {
            if (probe.startsWith("kafka:")) {
                return KafkaBroker.serves(Integer.parseInt(probe.substring("kafka:".length())));
            }
            if (probe.startsWith("postgres:")) {
                return PostgresServer.accepts(Path.of(probe.substring("postgres:".length())));
            }
            HttpResponse<Void> answer = client.send(
                    HttpRequest.newBuilder(URI.create(probe))
                            .timeout(PROBE_BOUND)
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            return answer.statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            trust.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
