package io.holdfast.testkit;

import io.holdfast.testkit.EtcdServer.User;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Users and prefix roles of an etcd, over its JSON gateway ({@code /v3/...}). */
final class EtcdUsers {
    private static final Duration CALL_BOUND = Duration.ofSeconds(5);

    private EtcdUsers() {}

    /** Whether a caller without a name is refused, which is so once authentication is on. */
    static boolean refusesStrangers(String endpoint) throws IOException, InterruptedException {
        HttpResponse<String> answer = call(HttpRequest.newBuilder(URI.create(endpoint + "/v3/kv/range"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"AA==\"}")));
        if (answer.statusCode() == 200) {
            return false;
        }
        if (answer.body().contains("user name is empty")) {
            return true;
        }
        throw new TestkitException("etcd at " + endpoint + ": " + answer.statusCode() + " " + answer.body());
    }

    /**
     * Turns authentication on: a {@code root} user, and each user with a role of its own name. Call once per data
     * directory.
     */
    static void enable(String endpoint, String rootPassword, List<User> users) {
        post(endpoint, "auth/user/add", "{\"name\":\"root\",\"password\":\"" + json(rootPassword) + "\"}");
        post(endpoint, "auth/role/add", "{\"name\":\"root\"}");
        post(endpoint, "auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        for (User user : users) {
            post(
                    endpoint,
                    "auth/user/add",
                    "{\"name\":\"" + json(user.name()) + "\",\"password\":\"" + json(user.password()) + "\"}");
            post(endpoint, "auth/role/add", "{\"name\":\"" + json(user.name()) + "\"}");
            // The one key that all may read and none writes: a read of it tells a service the current revision.
            post(
                    endpoint,
                    "auth/role/grant",
                    "{\"name\":\"" + json(user.name()) + "\",\"perm\":{\"permType\":\"READ\",\"key\":\""
                            + base64("/holdfast".getBytes(StandardCharsets.UTF_8)) + "\"}}");
            for (String prefix : user.prefixes()) {
                post(
                        endpoint,
                        "auth/role/grant",
                        "{\"name\":\"" + json(user.name()) + "\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\""
                                + base64(prefix.getBytes(StandardCharsets.UTF_8)) + "\",\"range_end\":\""
                                + base64(endOf(prefix)) + "\"}}");
            }
            post(
                    endpoint,
                    "auth/user/grant",
                    "{\"user\":\"" + json(user.name()) + "\",\"role\":\"" + json(user.name()) + "\"}");
        }
        post(endpoint, "auth/enable", "{}");
    }

    private static void post(String endpoint, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/v3/" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        try {
            HttpResponse<String> answer = call(request);
            if (answer.statusCode() != 200) {
                throw new TestkitException("etcd refused " + path + ": " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException failure) {
            throw new TestkitException("etcd did not answer " + path, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while calling etcd", interrupted);
        }
    }

    static HttpResponse<String> call(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CALL_BOUND)
                .build()) {
            return client.send(request.timeout(CALL_BOUND).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] endOf(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(bytes, i + 1);
                end[i]++;
                return end;
            }
        }
        throw new IllegalArgumentException("No end for prefix " + prefix);
    }

    private static String json(String text) {
        if (!text.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '"' && c != '\\')) {
            throw new IllegalArgumentException("Names and passwords are printable ASCII without quote and backslash");
        }
        return text;
    }
}
