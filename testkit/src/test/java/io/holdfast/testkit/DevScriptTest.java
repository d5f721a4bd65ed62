package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The front door's infrastructure half; the services' half is the system tests'. */
class DevScriptTest {
    private static final List<String> INFRASTRUCTURE = List.of("etcd-control", "etcd-data", "kafka", "postgres");

    @TempDir
    Path directory = Path.of("");

    private record Ended(int code, String text) {}

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(dev("down").code()).isZero();
    }

    @Test
    void helpNamesEveryCommand() throws Exception {
        Ended help = dev("help");
        assertThat(help.code()).isZero();
        assertThat(help.text()).contains("demo", "build", "up", "down", "status", "logs", "kubeconfig", "test");
        Ended unknown = dev("destroy");
        assertThat(unknown.code()).isNotZero();
        assertThat(unknown.text()).contains("there is no command 'destroy'");
    }

    @Test
    void aJdkThatIsNoneIsSaidPlainly() throws Exception {
        Ended refused = dev(Map.of("HOLDFAST_JAVA_HOME", directory.toString()), "up", "--infra");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.text()).contains(directory.toString()).contains("no JDK of 21 or newer");
    }

    @Test
    void upTwiceIsUpOnceAndDownLeavesNoProcess() throws Exception {
        Ended first = dev("up", "--infra");
        assertThat(first.code()).as(first.text()).isZero();
        INFRASTRUCTURE.forEach(part -> assertThat(first.text()).containsPattern(part + " +ready"));
        List<Long> pids = pids();
        assertThat(pids).hasSize(INFRASTRUCTURE.size()).allMatch(DevScriptTest::alive);
        String environment = Files.readString(directory.resolve("env"));

        Ended second = dev("up", "--infra");
        assertThat(second.code()).isZero();
        assertThat(second.text()).contains("everything runs already");
        assertThat(pids()).isEqualTo(pids);
        assertThat(Files.readString(directory.resolve("env"))).isEqualTo(environment);

        long kafka = pid("kafka");
        ProcessHandle.of(kafka).ifPresent(ProcessHandle::destroyForcibly);
        Await.atMostSeconds(10).until("Kafka is gone", () -> !alive(kafka));
        Ended status = dev("status");
        assertThat(status.code()).isEqualTo(1);
        assertThat(status.text()).containsPattern("kafka +DIED").containsPattern("postgres +running");
        assertThat(dev("up", "--infra").code()).isZero();
        assertThat(pid("kafka")).isNotEqualTo(kafka);
        assertThat(pid("postgres")).isEqualTo(pids.get(3));

        List<Long> last = pids();
        assertThat(dev("down").code()).isZero();
        assertThat(last).noneMatch(DevScriptTest::alive);
    }

    @Test
    void aTakenPortIsSaidBeforeAnythingStartsAndNoForeignPidIsTouched() throws Exception {
        try (EtcdServer squatter = EtcdServer.start()) {
            Map<String, String> taken = Map.of("HOLDFAST_PORT_ETCD_DATA", Integer.toString(squatter.port()));
            Ended refused = dev(taken, "up", "--infra");
            assertThat(refused.code()).isNotZero();
            assertThat(refused.text())
                    .contains("etcd-data can't start")
                    .contains(Integer.toString(squatter.port()))
                    .contains("HOLDFAST_PORT_ETCD_DATA");
            // A recycled pid: the number is right, the time of birth is not.
            Files.writeString(directory.resolve("run/etcd-data.pid"), squatter.pid() + " 1\n");
            assertThat(dev("down").code()).isZero();
            assertThat(alive(squatter.pid())).isTrue();
        }
    }

    @Test
    void aPartThatDiesWhileStartingIsNamedWithTheEndOfItsLog() throws Exception {
        Files.createDirectories(directory.resolve("etcd"));
        Files.writeString(directory.resolve("etcd/data"), "not a directory");
        Ended refused = dev("up", "--infra");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.text()).contains("etcd-data died while starting").contains("not a directory");
    }

    @Test
    void bothEtcdsRefuseStrangersAndKeepServicesApart() throws Exception {
        assertThat(dev("up", "--infra").code()).isZero();
        String ports = Files.readString(directory.resolve("ports"));
        for (String name : List.of("ETCD_CONTROL", "ETCD_DATA")) {
            String endpoint = ports.lines()
                    .filter(line -> line.startsWith(name + "="))
                    .map(line -> "http://127.0.0.1:" + line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
            assertThat(etcdctl(endpoint, "", "get", "/x").text()).contains("user name is empty");
            assertThat(etcdctl(endpoint, user("reader"), "put", "/x", "1").text())
                    .contains("permission denied");
            assertThat(etcdctl(endpoint, user("reader"), "get", "/x").code()).isZero();
            boolean data = name.equals("ETCD_DATA");
            String owner = user(data ? "secret-service" : "key-service");
            String own = data ? "/clusters/x" : "/holdfast/keys/x";
            assertThat(etcdctl(endpoint, owner, "put", own, "1").code()).isZero();
            assertThat(etcdctl(endpoint, owner, "put", "/holdfast/clusters/x", "1")
                            .text())
                    .contains("permission denied");
        }
    }

    private String user(String name) throws IOException {
        return name + ":" + Files.readString(directory.resolve("etcd").resolve(name + ".password"));
    }

    private Ended etcdctl(String endpoint, String user, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("etcdctl"), Stream.of(command)).toList());
        builder.environment().put("ETCDCTL_API", "3");
        builder.environment().put("ETCDCTL_ENDPOINTS", endpoint);
        if (!user.isEmpty()) {
            builder.environment().put("ETCDCTL_USER", user);
        }
        return run(builder);
    }

    private Ended dev(String... arguments) throws Exception {
        return dev(Map.of(), arguments);
    }

    private Ended dev(Map<String, String> environment, String... arguments) throws Exception {
        Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
        List<String> command = new ArrayList<>(List.of(root.resolve("dev").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST_"));
        builder.environment().put("HOLDFAST_DEV_DIR", directory.toString());
        builder.environment().put("HOLDFAST_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return run(builder);
    }

    private static Ended run(ProcessBuilder builder) throws Exception {
        Path output = Files.createTempFile("holdfast-dev", ".log");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(180, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(ended).as(text).isTrue();
            return new Ended(process.exitValue(), text);
        } finally {
            Files.delete(output);
        }
    }

    private List<Long> pids() throws IOException {
        List<Long> pids = new ArrayList<>();
        for (String part : INFRASTRUCTURE) {
            pids.add(pid(part));
        }
        return pids;
    }

    private long pid(String part) throws IOException {
        return Long.parseLong(Files.readString(directory.resolve("run").resolve(part + ".pid"))
                .split(" ", 2)[0]);
    }

    /** A zombie, which a container's first process may never collect, is not alive. */
    private static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException gone) {
            return false;
        }
    }
}
