package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.InMemoryObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.ObjectStorage.ServedCluster;
import io.holdfast.testkit.DevCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The routes on a real HTTPS server of loopback, with storage in memory. Tokens are the names of their holders. */
final class TestServer implements AutoCloseable {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    /** What decides; a test replaces it. */
    interface Rule {
        boolean allows(Caller caller, String operation, String permission, Map<String, String> variables);
    }

    final TestSession session = new TestSession();
    final InMemoryObjectStorage storage = new InMemoryObjectStorage(session::revision);
    final ClusterId cluster = MINT.cluster();
    final KubernetesEndpoint endpoint;
    final HttpClient client;
    volatile Rule rule = (caller, operation, permission, variables) -> true;
    /** 0 for never. */
    volatile long tokenExpiresAtMillis;
    /** The end of every decision. */
    volatile Validity holdsUntil = Validity.UNTIL_CHANGE;
    /** How far the server's clock goes ahead. */
    volatile Duration ahead = Duration.ZERO;
    /** Whether a token is refused, whoever holds it. */
    volatile boolean revoked;
    /** Runs once, when a token has just been found good. */
    final AtomicReference<Runnable> onceIdentified = new AtomicReference<>(() -> {});

    private final DevCertificates certificates = DevCertificates.temporary();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    TestServer() throws Exception {
        this(Watching.MOST_PER_CLUSTER);
    }

    /** @param watches the most that run at the same time */
    TestServer(int watches) throws Exception {
        storage.open(new ServedCluster(
                cluster, MINT.compartment().value(), MINT.tenancy().value(), "ocid1.key.oc1..k", "binding", true));
        for (String name : List.of("default", "kube-system")) {
            var object = Json.object().put("kind", "Namespace").put("apiVersion", "v1");
            object.putObject("metadata")
                    .put("name", name)
                    .put("uid", "uid-" + name)
                    .put("creationTimestamp", "2026-01-01T00:00:00Z");
            object.putObject("status").put("phase", "Active");
            storage.create(
                    cluster, Resource.NAMESPACES, "", name, ObjectText.toStorage(ResourceKind.NAMESPACE, object));
        }
        ClusterTokens tokens = (id, token) -> {
            if (revoked || !token.startsWith("token-") || !id.equals(cluster)) {
                throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
            }
            ClusterTokens.Holder holder = new ClusterTokens.Holder(
                    new Caller("user", MINT.user().value(), token.substring(6), MINT.tenancy(), ""),
                    session.revision(),
                    tokenExpiresAtMillis);
            onceIdentified.getAndSet(() -> {}).run();
            return holder;
        };
        Authorizer authorizer = (caller, operation, permissions, compartment, variables) -> new Authorizer.Decision(
                permissions.stream().allMatch(it -> rule.allows(caller, operation, it, variables)),
                "test",
                session.revision(),
                holdsUntil,
                Optional.of(caller.tenancyId()));
        endpoint = new KubernetesEndpoint(storage, session, tokens, authorizer, this::now, watches);
        Router router = Router.router(vertx);
        new KubernetesRoutes(endpoint, session, KubernetesRoutes.virtualThreads()).mount(router);
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(certificates
                                        .certificateOf("secret-service")
                                        .toString())
                                .setKeyPath(certificates.keyOf("secret-service").toString())))
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        client = HttpClient.newBuilder()
                .sslContext(trusting(certificates.authorityFile()))
                .build();
    }

    /** As the server sees it. */
    Instant now() {
        return Instant.now().plus(ahead);
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    String base() {
        return "https://127.0.0.1:" + server.actualPort() + "/clusters/" + cluster.value();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base() + path)).header("Authorization", "Bearer token-admin");
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        return send(request(path).header("Accept", accept));
    }

    HttpResponse<String> send(String method, String path, String type, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                request(path).method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return send(request);
    }

    /** Lines of a watch as they come. */
    java.util.stream.Stream<String> watch(String path) throws IOException, InterruptedException {
        HttpResponse<java.util.stream.Stream<String>> response =
                client.send(request(path).build(), HttpResponse.BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            throw new IOException("watch answered " + response.statusCode() + ": "
                    + String.join("", response.body().toList()));
        }
        return response.body();
    }

    /** A kubeconfig file for real kubectl. */
    Path kubeconfig(Path directory) throws IOException {
        String text = """
                apiVersion: v1
                kind: Config
                current-context: c
                clusters:
                - name: c
                  cluster: {server: "%s", certificate-authority: "%s"}
                users:
                - name: u
                  user: {token: token-admin}
                contexts:
                - name: c
                  context: {cluster: c, user: u}
                """.formatted(base(), certificates.authorityFile());
        return Files.writeString(directory.resolve("kubeconfig"), text);
    }

    @Override
    public void close() throws Exception {
        // close() would wait for the watches.
        client.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
