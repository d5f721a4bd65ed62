package io.holdfast.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real etcd member of its own cluster, on loopback ports, with the limits that Holdfast runs with: periodic
 * compaction after 5 minutes and a quota of 8 GiB.
 *
 * <p>{@link #stop()}, {@link #kill()} and {@link #restart()} keep the data; {@link #close()} removes it.
 */
public final class EtcdServer implements AutoCloseable {
    private static final Duration READY_BOUND = Duration.ofSeconds(30);
    private final Path directory;
    private final int clientPort;
    private final int peerPort;
    private LocalProcess process;

    private EtcdServer(Path directory, int clientPort, int peerPort) {
        this.directory = directory;
        this.clientPort = clientPort;
        this.peerPort = peerPort;
        this.process = launch();
    }

    /**
     * Starts a member with an empty data directory and waits until it answers.
     *
     * @throws TestkitException when there is no {@code etcd} on the path, or it does not become ready within 30 s
     */
    public static EtcdServer start() {
        List<Integer> ports = LoopbackPort.free(2);
        return new EtcdServer(ScratchDirectory.create("etcd"), ports.get(0), ports.get(1));
    }

    /** The arguments after the program's name; {@code ./dev} starts etcd with the same. */
    public static List<String> arguments(Path dataDirectory, int clientPort, int peerPort) {
        String client = "http://127.0.0.1:" + clientPort;
        String peer = "http://127.0.0.1:" + peerPort;
        return List.of(
                "--name=holdfast",
                "--data-dir=" + dataDirectory,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=holdfast=" + peer,
                "--auto-compaction-mode=periodic",
                "--auto-compaction-retention=5m",
                "--quota-backend-bytes=8589934592",
                "--logger=zap",
                "--log-level=warn");
    }

    private LocalProcess launch() {
        List<String> command = new ArrayList<>();
        command.add("etcd");
        command.addAll(arguments(directory.resolve("data"), clientPort, peerPort));
        Map<String, String> environment =
                "aarch64".equals(System.getProperty("os.arch")) ? Map.of("ETCD_UNSUPPORTED_ARCH", "arm64") : Map.of();
        LocalProcess started =
                LocalProcess.start("etcd", command, directory, directory.resolve("etcd.log"), "TERM", environment);
        started.awaitReady(READY_BOUND, this::isHealthy);
        return started;
    }

    /** {@code http://127.0.0.1:port}, as etcd clients take it. */
    public String endpoint() {
        return "http://127.0.0.1:" + clientPort;
    }

    public int port() {
        return clientPort;
    }

    public long pid() {
        return process.pid();
    }

    public void stop() {
        process.stop();
    }

    public void kill() {
        process.kill();
    }

    public void pause() {
        process.pause();
    }

    public void resume() {
        process.resume();
    }

    /** Starts a stopped or killed member again, on the same ports and data, and waits until it answers. */
    public void restart() {
        process.stop();
        process = launch();
    }

    /** Ends the process and removes its data. */
    @Override
    public void close() {
        process.stop();
        ScratchDirectory.remove(directory);
    }

    /** A user and what its role may read and write: every key that begins with one of the prefixes. */
    public record User(String name, String password, List<String> prefixes) {
        public User {
            prefixes = List.copyOf(prefixes);
        }

        @Override
        public String toString() {
            return "User[" + name + ", " + prefixes + "]";
        }
    }

    /**
     * Turns authentication on: a {@code root} user, and each user with a role of its own name. Call once per data
     * directory.
     */
    public void enableAuthentication(String rootPassword, User... users) {
        EtcdUsers.enable(endpoint(), rootPassword, List.of(users));
    }

    private boolean isHealthy() throws IOException, InterruptedException {
        HttpResponse<String> answer = EtcdUsers.call(HttpRequest.newBuilder(URI.create(endpoint() + "/health")));
        return answer.statusCode() == 200 && answer.body().contains("true");
    }
}
