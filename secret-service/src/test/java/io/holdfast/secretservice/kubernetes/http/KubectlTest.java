package io.holdfast.secretservice.kubernetes.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.testkit.Await;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real kubectl against the endpoint. */
@org.junit.jupiter.api.Timeout(120)
class KubectlTest {
    private static final Path KUBECTL = onThePath("kubectl");

    @TempDir
    Path directory;

    private TestServer server;

    /** Without it these tests fail: what they show cannot be shown otherwise. */
    private static Path onThePath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no " + program + " on the PATH"));
    }

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
        server.kubeconfig(directory);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private record Ran(int code, String out, String err) {}

    private ProcessBuilder process(String... arguments) {
        List<String> command = new ArrayList<>(List.of(KUBECTL.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(Map.of(
                        "HOME",
                        directory.toString(),
                        "KUBECONFIG",
                        directory.resolve("kubeconfig").toString()));
        return builder;
    }

    private Ran kubectlWith(String input, String... arguments) throws Exception {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), input);
        Process process = process(arguments)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private String kubectl(String... arguments) throws Exception {
        return piped("", arguments);
    }

    private String piped(String input, String... arguments) throws Exception {
        Ran ran = kubectlWith(input, arguments);
        assertThat(ran.code())
                .as(String.join(" ", arguments) + ": " + ran.err())
                .isZero();
        return ran.out();
    }

    private JsonNode json(String... arguments) throws Exception {
        JsonNode node = Json.read(kubectl(arguments).getBytes(StandardCharsets.UTF_8));
        assertThat(node).isNotNull();
        return node;
    }

    @Test
    void createsShowsAndDeletes() throws Exception {
        assertThat(kubectl("create", "namespace", "team")).contains("namespace/team created");
        assertThat(kubectl("-n", "team", "create", "secret", "generic", "db", "--from-literal=password=s3cret"))
                .contains("secret/db created");
        Ran duplicate = kubectlWith("", "-n", "team", "create", "secret", "generic", "db", "--from-literal=a=b");
        assertThat(duplicate.code()).isEqualTo(1);
        assertThat(duplicate.err()).contains("secrets \"db\" already exists");
        assertThat(kubectlWith("", "-n", "nowhere", "create", "secret", "generic", "db")
                        .err())
                .contains("namespaces \"nowhere\" not found");

        assertThat(kubectl("-n", "team", "get", "secrets").lines())
                .first()
                .asString()
                .containsPattern("NAME +TYPE +DATA +AGE");
        assertThat(kubectl("-n", "team", "get", "secrets")).containsPattern("db +Opaque +1 ");
        assertThat(kubectl("get", "secrets", "-A")).containsPattern("team +db +Opaque +1 ");
        assertThat(kubectl("get", "ns")).containsPattern("team +Active ");
        assertThat(json("-n", "team", "get", "secret", "db", "-o", "json")
                        .at("/data/password")
                        .asText())
                .isEqualTo("czNjcmV0");
        assertThat(kubectl("-n", "team", "get", "secret", "db", "-o", "yaml")).contains("password: czNjcmV0");
        assertThat(kubectl("-n", "team", "describe", "secret", "db")).contains("password:  6 bytes");
        assertThat(kubectlWith("", "-n", "team", "get", "secret", "none").err()).contains("secrets \"none\" not found");

        assertThat(kubectl("-n", "team", "delete", "secret", "db", "--timeout=20s"))
                .contains("secret \"db\" deleted");
        kubectl("-n", "team", "create", "secret", "generic", "left", "--from-literal=a=b");
        assertThat(kubectl("delete", "namespace", "team", "--timeout=20s")).contains("deleted");
        assertThat(kubectl("get", "secrets", "-A", "-o", "name")).isEmpty();
        assertThat(kubectl("version")).contains("v1.34.0+holdfast");
        assertThat(kubectl("api-resources")).contains("secrets").contains("namespaces");
    }

    @Test
    void changesInAllItsWays() throws Exception {
        kubectl("create", "secret", "generic", "db", "--from-literal=password=one");
        assertThat(kubectl("label", "secret", "db", "tier=gold")).contains("labeled");
        assertThat(kubectl("annotate", "secret", "db", "note=x")).contains("annotated");
        assertThat(kubectl("patch", "secret", "db", "-p", "{\"stringData\":{\"user\":\"me\"}}"))
                .contains("patched");
        assertThat(kubectl(
                        "patch", "secret", "db", "--type=json", "-p", "[{\"op\":\"remove\",\"path\":\"/data/user\"}]"))
                .contains("patched");
        assertThat(kubectl("get", "secrets", "-l", "tier in (gold,silver)", "-o", "name"))
                .contains("secret/db");
        assertThat(kubectl("get", "secrets", "-l", "tier!=gold", "-o", "name")).isEmpty();
        assertThat(kubectl("get", "secrets", "--field-selector", "metadata.name=db", "-o", "name"))
                .contains("secret/db");

        String yaml = kubectl("get", "secret", "db", "-o", "yaml");
        assertThat(piped(yaml.replace("password: b25l", "password: dHdv"), "replace", "-f", "-"))
                .contains("replaced");
        Ran stale = kubectlWith(yaml, "replace", "-f", "-");
        assertThat(stale.err()).contains("the object has been modified; please apply your changes");

        String manifest = """
                apiVersion: v1
                kind: Secret
                metadata: {name: app}
                stringData: {token: "%s"}
                """;
        assertThat(piped(manifest.formatted("a"), "apply", "-f", "-")).contains("secret/app created");
        assertThat(piped(manifest.formatted("b"), "apply", "-f", "-")).contains("secret/app configured");
        // kubectl calls every patch with stringData "configured"; that nothing was written shows in the version.
        String version = kubectl("get", "secret", "app", "-o", "jsonpath={.metadata.resourceVersion}");
        piped(manifest.formatted("b"), "apply", "-f", "-");
        assertThat(kubectl("get", "secret", "app", "-o", "jsonpath={.metadata.resourceVersion}"))
                .isEqualTo(version);
        String other = manifest.replace("name: app", "name: ssa");
        assertThat(piped(other.formatted("a"), "apply", "--server-side", "-f", "-"))
                .contains("secret/ssa serverside-applied");
        assertThat(piped(other.formatted("b"), "apply", "--server-side", "-f", "-"))
                .contains("secret/ssa serverside-applied");
        kubectl("patch", "secret", "ssa", "-p", "{\"stringData\":{\"token\":\"theirs\"}}");
        assertThat(kubectlWith(other.formatted("c"), "apply", "--server-side", "-f", "-")
                        .err())
                .contains("Apply failed with 1 conflict");
        assertThat(piped(other.formatted("c"), "apply", "--server-side", "--force-conflicts", "-f", "-"))
                .contains("serverside-applied");
        assertThat(json("get", "secret", "ssa", "-o", "json").at("/data/token").asText())
                .isEqualTo("Yw==");
        assertThat(kubectlWith("apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\nspec: {}\n", "apply", "-f", "-")
                        .err())
                .contains("unknown field \"spec\"");
        ProcessBuilder edit = process("edit", "secret", "db");
        edit.environment().put("EDITOR", "sed -i s/gold/lead/");
        Process editing = edit.redirectErrorStream(true).start();
        assertThat(new String(editing.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("edited");
        assertThat(kubectl("delete", "secrets", "--all", "--timeout=20s")).contains("deleted");
    }

    @Test
    void runsTheRotationCommandOverSeveralPages() throws Exception {
        StringBuilder manifests = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            manifests
                    .append("---\napiVersion: v1\nkind: Secret\nmetadata: {name: s")
                    .append(i)
                    .append("}\nstringData: {k: v}\n");
        }
        piped(manifests.toString(), "create", "-f", "-");
        assertThat(kubectl("get", "secrets", "-A", "--chunk-size=7", "-o", "name")
                        .lines())
                .hasSize(30);
        assertThat(kubectl("get", "secrets", "-A", "--chunk-size=7").lines()).hasSize(31);
        String all = kubectl("get", "secrets", "--all-namespaces", "-o", "json");
        String time = "encryption-key-rotation-time=20210909_2135";
        assertThat(piped(all, "annotate", "--overwrite", "-f", "-", time).lines())
                .hasSize(30);
        assertThat(kubectl("get", "secrets", "-o", "yaml")).contains("encryption-key-rotation-time: \"20210909_2135\"");
        // The same again changes nothing; once the stored form is stale, it rewrites everything.
        String before = versions();
        piped(all, "annotate", "--overwrite", "-f", "-", time);
        assertThat(versions()).isEqualTo(before);
        server.storage.age(server.cluster);
        piped(all, "annotate", "--overwrite", "-f", "-", time);
        assertThat(java.util.Arrays.asList(versions().split(" ")))
                .hasSize(30)
                .doesNotContainAnyElementsOf(java.util.Arrays.asList(before.split(" ")));
    }

    private String versions() throws Exception {
        return kubectl("get", "secrets", "-o", "jsonpath={.items[*].metadata.resourceVersion}");
    }

    @Test
    void watches() throws Exception {
        Path out = directory.resolve("watch");
        Process watch = process("get", "secrets", "-w")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            Await.atMostSeconds(30).until("the watch stands", () -> server.endpoint.watches() == 1);
            kubectl("create", "secret", "generic", "seen", "--from-literal=a=b");
            Await.atMostSeconds(30)
                    .until("the event is printed", () -> Files.readString(out).contains("seen"));
        } finally {
            watch.destroy();
        }
    }
}
