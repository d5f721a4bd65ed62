package io.holdfast.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A cluster's Kubernetes endpoint, spoken to directly with the server and token of a kubeconfig. */
public final class KubernetesEndpoint {
    private static final Pattern SERVER = Pattern.compile("server:\\s*\"?([^\"\\s]+)");
    private static final Pattern TOKEN = Pattern.compile("token:\\s*\"?([^\"\\s]+)");

    private final HttpClient http;
    private final String server;
    private final String token;

    public KubernetesEndpoint(StackEnvironment stack, Path kubeconfig) {
        try {
            String yaml = Files.readString(kubeconfig, StandardCharsets.UTF_8);
            this.server = first(SERVER, yaml);
            this.token = first(TOKEN, yaml);
        } catch (IOException e) {
            throw new StepFailed("cannot read " + kubeconfig + ": " + e.getMessage());
        }
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                // Longer than tests freeze a service: the handshake of a connection that is opened meanwhile waits as
                // well.
                .connectTimeout(Duration.ofSeconds(30))
                .sslContext(OciClient.trusting(stack.certificateAuthority()))
                .build();
    }

    public HttpResponse<String> get(String path) {
        return send("GET", path, "", "");
    }

    /** @throws StepFailed when no answer came */
    public HttpResponse<String> send(String method, String path, String contentType, String body) {
        try {
            return http.send(request(method, path, contentType, body), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new StepFailed(method + " " + path + " got no answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed(method + " " + path + " was interrupted");
        }
    }

    /** The request, for callers that send it by {@link #client()} themselves. */
    public HttpRequest request(String method, String path, String contentType, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Duration.ofSeconds(60))
                .header("authorization", "Bearer " + token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!contentType.isEmpty()) {
            request.header("content-type", contentType);
        }
        return request.build();
    }

    public HttpClient client() {
        return http;
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new StepFailed("the kubeconfig has no " + pattern.pattern());
        }
        return found.group(1);
    }
}
