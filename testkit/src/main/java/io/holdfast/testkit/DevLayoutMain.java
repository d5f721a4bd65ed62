package io.holdfast.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * {@code DevLayoutMain <directory>}: lays out what {@code ./dev up} starts. What is there stays as it is.
 *
 * <p>Makes {@code ports} (free ports, or {@code HOLDFAST_PORT_<NAME>} from the environment), {@code tls/}, {@code oci/},
 * {@code keys/root.key}, {@code etcd/*.password}, {@code kafka/} and {@code postgres/} with a file {@code command} each
 * (one argument per line).
 */
public final class DevLayoutMain {
    /** The names in the file {@code ports}. */
    static final List<String> PORTS = List.of(
            "ETCD_CONTROL",
            "ETCD_CONTROL_PEER",
            "ETCD_DATA",
            "ETCD_DATA_PEER",
            "KAFKA",
            "KAFKA_CONTROLLER",
            "POSTGRES",
            "KEY_SERVICE",
            "KEY_SERVICE_GRPC",
            "CLUSTER_SERVICE",
            "CLUSTER_SERVICE_GRPC",
            "SECRET_SERVICE",
            "SECRET_SERVICE_GRPC",
            "SECRET_SERVICE_HTTP",
            "AUDIT_SERVICE");

    private static final List<String> ETCD_PASSWORDS =
            List.of("root", "reader", "key-service", "cluster-service", "secret-service");

    private DevLayoutMain() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            System.err.println("usage: DevLayoutMain <directory>");
            System.exit(2);
        }
        try {
            layOut(Path.of(arguments[0]).toAbsolutePath());
        } catch (TestkitException | IllegalArgumentException failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        }
    }

    static void layOut(Path directory) throws IOException, InterruptedException, ExecutionException {
        Map<String, Integer> ports = ports(directory.resolve("ports"));
        Path javaHome = Path.of(System.getProperty("java.home"));
        // The three slow parts side by side.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> parts = List.of(
                    () -> {
                        layOutSecrets(directory);
                        return true;
                    },
                    () -> {
                        Path kafka = directory.resolve("kafka");
                        KafkaBroker.layOut(kafka, javaHome, of(ports, "KAFKA"), of(ports, "KAFKA_CONTROLLER"));
                        command(kafka, KafkaBroker.command(kafka, javaHome));
                        return true;
                    },
                    () -> {
                        Path postgres = directory.resolve("postgres");
                        PostgresServer.layOut(postgres, password(postgres.resolve("password")));
                        command(postgres, PostgresServer.command(postgres, of(ports, "POSTGRES"), true));
                        return true;
                    });
            List<Future<Boolean>> running = new ArrayList<>();
            parts.forEach(part -> running.add(threads.submit(part)));
            for (Future<Boolean> part : running) {
                part.get();
            }
        }
    }

    /** Certificates, the bootstrap identity, the root key and the passwords of the etcd users. */
    static void layOutSecrets(Path directory) throws IOException {
        DevCertificates.in(directory.resolve("tls"));
        BootstrapIdentity.in(directory.resolve("oci"));
        rootKey(directory.resolve("keys").resolve("root.key"));
        for (String user : ETCD_PASSWORDS) {
            password(directory.resolve("etcd").resolve(user + ".password"));
        }
    }

    private static Map<String, Integer> ports(Path file) throws IOException {
        Map<String, Integer> ports = new LinkedHashMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    ports.put(line.substring(0, equals), port(line.substring(0, equals), line.substring(equals + 1)));
                }
            }
        }
        List<Integer> free = new ArrayList<>(LoopbackPort.free(PORTS.size() * 2));
        Set<Integer> taken = new HashSet<>(ports.values());
        for (String name : PORTS) {
            String wished = System.getenv("HOLDFAST_PORT_" + name);
            if (wished != null && !wished.isBlank()) {
                ports.put(name, port("HOLDFAST_PORT_" + name, wished));
                taken.add(ports.get(name));
            }
        }
        for (String name : PORTS) {
            if (!ports.containsKey(name)) {
                int next = free.remove(free.size() - 1);
                while (!taken.add(next)) {
                    next = free.remove(free.size() - 1);
                }
                ports.put(name, next);
            }
        }
        if (new HashSet<>(ports.values()).size() != ports.size()) {
            throw new IllegalArgumentException("Two parts have the same port: " + ports);
        }
        StringBuilder text = new StringBuilder();
        ports.forEach((name, port) -> text.append(name).append('=').append(port).append('\n'));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return ports;
    }

    private static int of(Map<String, Integer> ports, String name) {
        return Objects.requireNonNull(ports.get(name), name);
    }

    private static int port(String name, String value) {
        try {
            int port = Integer.parseInt(value.trim());
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException(name + " is no port: " + value, noNumber);
        }
        throw new IllegalArgumentException(name + " is no port: " + value);
    }

    private static void rootKey(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            PrivateFile.write(file, key);
        }
    }

    static String password(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) {
            PrivateFile.write(file, Passwords.random());
        }
        return Files.readString(file);
    }

    private static void command(Path directory, List<String> command) throws IOException {
        Files.writeString(directory.resolve("command"), String.join("\n", command) + "\n");
    }
}
