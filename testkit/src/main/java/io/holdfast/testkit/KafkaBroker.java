package io.holdfast.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A real Kafka broker in KRaft mode: a container where an engine answers, else a process of its own from the Maven
 * artifact {@code org.apache.kafka:kafka_2.13}. Both behave the same to a test: one partition per topic unless a topic
 * is created otherwise, topics created on first use, one-replica internal topics.
 *
 * <p>{@link #stop()}, {@link #kill()} and {@link #restart()} keep the data; {@link #close()} removes it.
 */
public final class KafkaBroker implements AutoCloseable {
    /** The version of the container image; the process runs the version that the BOM manages. */
    private static final String IMAGE = "apache/kafka:4.1.2";

    private static final Duration READY_BOUND = Duration.ofSeconds(60);
    private static final Duration FORMAT_BOUND = Duration.ofSeconds(60);
    private final Engine engine;

    private KafkaBroker(Engine engine) {
        this.engine = engine;
    }

    /**
     * Starts an empty broker and waits until it serves.
     *
     * @throws TestkitException when it does not serve within 60 s; the message shows the log's end
     */
    public static KafkaBroker start() {
        return new KafkaBroker(ContainerEngine.answers() ? new ContainerBroker() : new ProcessBroker());
    }

    /** {@code host:port} for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return engine.bootstrapServers();
    }

    public void stop() {
        engine.stop();
    }

    public void kill() {
        engine.kill();
    }

    public void pause() {
        engine.pause();
    }

    public void resume() {
        engine.resume();
    }

    /** Starts a stopped or killed broker again on the same port and data, and waits until it serves. */
    public void restart() {
        engine.restart();
    }

    @Override
    public void close() {
        engine.close();
    }

    /**
     * Writes {@code server.properties} into a directory and formats the log directory beside it, unless it is formatted.
     *
     * @param directory where configuration, data and log live
     * @param javaHome the JDK that runs the broker
     */
    static void layOut(Path directory, Path javaHome, int port, int controllerPort) {
        try {
            Files.createDirectories(directory);
            Path configuration = directory.resolve("server.properties");
            Path data = directory.resolve("data");
            Files.writeString(configuration, properties(data, port, controllerPort));
            if (!Files.exists(data.resolve("meta.properties"))) {
                List<String> format = new ArrayList<>(java(javaHome, "64m"));
                format.addAll(List.of(
                        "kafka.tools.StorageTool", "format", "-t", clusterId(), "-c", configuration.toString()));
                LocalProcess.run("Kafka's storage format", format, Map.of(), FORMAT_BOUND);
            }
        } catch (IOException failure) {
            throw new TestkitException("Could not lay out Kafka in " + directory, failure);
        }
    }

    /** The command that runs a broker laid out by {@link #layOut}. */
    static List<String> command(Path directory, Path javaHome) {
        List<String> command = new ArrayList<>(java(javaHome, "192m"));
        command.add("kafka.Kafka");
        command.add(directory.resolve("server.properties").toString());
        return command;
    }

    private static List<String> java(Path javaHome, String heap) {
        return List.of(
                javaHome.resolve("bin").resolve("java").toString(),
                "-Xmx" + heap,
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.level=WARN",
                "-cp",
                classPath());
    }

    private static String properties(Path data, int port, int controllerPort) {
        // The broker's session: after a crash the next start waits for the last session's end, 9 s by default.
        // The cleaner's buffer: its default of 128 MiB ends a broker of this heap size at start.
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=PLAINTEXT
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                num.partitions=1
                auto.create.topics.enable=true
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                transaction.state.log.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.num.partitions=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                group.initial.rebalance.delay.ms=0
                broker.heartbeat.interval.ms=500
                broker.session.timeout.ms=3000
                num.network.threads=1
                num.io.threads=2
                background.threads=2
                log.retention.hours=-1
                log.cleaner.dedupe.buffer.size=2097152
                log.cleaner.io.buffer.size=65536
                """.formatted(port, controllerPort, data);
    }

    private static String clusterId() {
        UUID random = UUID.randomUUID();
        byte[] bytes = java.nio.ByteBuffer.allocate(16)
                .putLong(random.getMostSignificantBits())
                .putLong(random.getLeastSignificantBits())
                .array();
        // Kafka reads a leading dash as an option.
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return id.startsWith("-") ? "A" + id.substring(1) : id;
    }

    /** The broker's jars, listed at build time relative to the local Maven repository. */
    private static String classPath() {
        try (@Nullable InputStream in = KafkaBroker.class.getResourceAsStream("kafka-broker.classpath")) {
            if (in == null) {
                throw new TestkitException("kafka-broker.classpath is missing: build testkit with Maven first");
            }
            String listed = new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
            String first = listed.split(":", 2)[0].substring("REPOSITORY".length());
            for (Path repository : repositories()) {
                if (Files.exists(Path.of(repository + first))) {
                    return listed.replace("REPOSITORY", repository.toString());
                }
            }
            throw new TestkitException("Kafka's jars are in none of " + repositories() + ": build testkit again");
        } catch (IOException failure) {
            throw new TestkitException("kafka-broker.classpath can't be read", failure);
        }
    }

    private static List<Path> repositories() {
        List<Path> found = new ArrayList<>();
        String configured = System.getProperty("maven.repo.local");
        if (configured != null) {
            found.add(Path.of(configured));
        }
        // Where a jar of ours comes from: <repository>/org/bouncycastle/<artifact>/<version>/<jar>.
        try {
            var source = org.bouncycastle.cert.X509v3CertificateBuilder.class
                    .getProtectionDomain()
                    .getCodeSource();
            if (source != null && source.getLocation() != null) {
                Path jar = Paths.get(source.getLocation().toURI());
                if (jar.getNameCount() > 5) {
                    Path root = jar;
                    for (int up = 0; up < 5; up++) {
                        root = java.util.Objects.requireNonNull(root.getParent());
                    }
                    found.add(root);
                }
            }
        } catch (URISyntaxException | IllegalArgumentException | java.nio.file.FileSystemNotFoundException other) {
            // Some class loaders name their sources in ways that are no files; Maven's default place still holds.
            return withDefault(found);
        }
        return withDefault(found);
    }

    private static List<Path> withDefault(List<Path> found) {
        found.add(Path.of(System.getProperty("user.home"), ".m2", "repository"));
        return found;
    }

    /**
     * Whether a broker on 127.0.0.1 answers an ApiVersions request (KIP-35), which it does only once it serves.
     */
    static boolean serves(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            socket.setSoTimeout(2_000);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] client = "testkit".getBytes(StandardCharsets.US_ASCII);
            out.writeInt(2 + 2 + 4 + 2 + client.length);
            out.writeShort(18);
            out.writeShort(0);
            out.writeInt(7);
            out.writeShort(client.length);
            out.write(client);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            return length > 6 && in.readInt() == 7 && in.readShort() == 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    private interface Engine extends AutoCloseable {
        String bootstrapServers();

        void stop();

        void kill();

        void pause();

        void resume();

        void restart();

        @Override
        void close();
    }

    private static final class ProcessBroker implements Engine {
        private final Path directory = ScratchDirectory.create("kafka");
        private final Path javaHome = Path.of(System.getProperty("java.home"));
        private final int port;
        private LocalProcess process;

        ProcessBroker() {
            List<Integer> ports = LoopbackPort.free(2);
            port = ports.get(0);
            layOut(directory, javaHome, port, ports.get(1));
            process = launch();
        }

        private LocalProcess launch() {
            LocalProcess started = LocalProcess.start(
                    "Kafka", command(directory, javaHome), directory, directory.resolve("kafka.log"), "TERM", Map.of());
            started.awaitReady(READY_BOUND, () -> serves(port));
            return started;
        }

        @Override
        public String bootstrapServers() {
            return "127.0.0.1:" + port;
        }

        @Override
        public void stop() {
            process.stop();
        }

        @Override
        public void kill() {
            process.kill();
        }

        @Override
        public void pause() {
            process.pause();
        }

        @Override
        public void resume() {
            process.resume();
        }

        @Override
        public void restart() {
            process.stop();
            process = launch();
        }

        @Override
        public void close() {
            // The data goes with it, so an orderly end (up to seconds of flushing) has no use.
            process.kill();
            ScratchDirectory.remove(directory);
        }
    }

    private static final class ContainerBroker implements Engine {
        private final KafkaContainer container = new KafkaContainer(IMAGE)
                .withEnv("KAFKA_NUM_PARTITIONS", "1")
                .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1")
                .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1")
                .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");

        ContainerBroker() {
            container.start();
        }

        @Override
        public String bootstrapServers() {
            return container.getBootstrapServers();
        }

        @Override
        public void stop() {
            DockerClientFactory.instance()
                    .client()
                    .stopContainerCmd(container.getContainerId())
                    .exec();
        }

        @Override
        public void kill() {
            DockerClientFactory.instance()
                    .client()
                    .killContainerCmd(container.getContainerId())
                    .exec();
        }

        @Override
        public void pause() {
            DockerClientFactory.instance()
                    .client()
                    .pauseContainerCmd(container.getContainerId())
                    .exec();
        }

        @Override
        public void resume() {
            DockerClientFactory.instance()
                    .client()
                    .unpauseContainerCmd(container.getContainerId())
                    .exec();
        }

        @Override
        public void restart() {
            throw new TestkitException("A container may come back on another port: restart tests run on processes"
                    + " (HOLDFAST_TESTKIT_ENGINE=process)");
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
