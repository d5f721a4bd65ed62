package io.holdfast.testkit.routes;

import io.restassured.specification.RequestSpecification;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The metrics, which anybody may read: so they must count and name nothing that is kept, and nothing that a stranger wrote. */
public final class OpenMetrics {
    private static final String WRITTEN = "written-by-a-stranger";
    /** Longer than a server takes headers. */
    private static final String LONG = "x".repeat(25_000);

    private OpenMetrics() {}

    /**
     * What the metrics name after all that came before, and after requests of a stranger that no route takes; empty when all is
     * well.
     *
     * @param request a new one, to the service, of nobody
     * @param paths some of its routes, each with "%s" where a name stands
     */
    public static List<String> faults(Supplier<RequestSpecification> request, List<String> paths) {
        paths.forEach(path -> {
            String strange = path.formatted(WRITTEN);
            request.get().patch(strange);
            request.get().options(strange);
            request.get().get(strange + "/and-beyond");
            getWithTooLongAHeader(request.get(), strange);
        });
        String metrics = request.get().get("/q/metrics").asString();
        List<String> faults = new ArrayList<>();
        if (!metrics.contains("http_server_requests")) {
            faults.add("no request is counted");
        }
        Map.of("ocid1.", "an OCID", WRITTEN, "what a stranger wrote").forEach((text, what) -> {
            if (metrics.contains(text)) {
                faults.add("names " + what + ": " + line(metrics, text));
            }
        });
        return faults;
    }

    /** The server need not wait for the whole header before it ends the connection: a client that still writes is refused too. */
    private static void getWithTooLongAHeader(RequestSpecification request, String path) {
        try {
            request.header("x-long", LONG).get(path);
        } catch (Exception e) {
            // Rest Assured lets it through undeclared.
            if (!(e instanceof SocketException)) {
                throw e;
            }
        }
    }

    private static String line(String metrics, String text) {
        return metrics.lines().filter(line -> line.contains(text)).findFirst().orElseThrow();
    }
}
