package io.holdfast.testkit.quarkus;

import io.holdfast.testkit.DevCertificates;
import io.holdfast.testkit.EtcdServer;
import io.holdfast.testkit.KafkaBroker;
import io.holdfast.testkit.PostgresServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One etcd, one broker, one PostgreSQL and one set of certificates per JVM, each started when first asked for and ended
 * with the JVM. Tests keep apart by fresh key prefixes, topics and schemas of their own; a test that breaks a server
 * starts its own.
 *
 * <p>Quarkus loads test resources in several class loaders, so what runs is remembered in system properties, not in
 * fields.
 */
public final class SharedStack {
    private static final String REMEMBERED = "holdfast.testkit.shared.";

    private SharedStack() {}

    /** Key {@code holdfast.etcd.endpoints}. */
    public static Map<String, String> etcd() {
        return once(
                "etcd",
                () -> Map.of("holdfast.etcd.endpoints", EtcdServer.start().endpoint()));
    }

    /** Key {@code kafka.bootstrap.servers}. */
    public static Map<String, String> kafka() {
        return once(
                "kafka",
                () -> Map.of("kafka.bootstrap.servers", KafkaBroker.start().bootstrapServers()));
    }

    /** Keys {@code quarkus.datasource.jdbc.url}, {@code .username} and {@code .password}. */
    public static Map<String, String> postgres() {
        return once("postgres", () -> {
            PostgresServer server = PostgresServer.start();
            return Map.of(
                    "quarkus.datasource.jdbc.url", server.jdbcUrl(),
                    "quarkus.datasource.username", server.user(),
                    "quarkus.datasource.password", server.password());
        });
    }

    /** Key {@code holdfast.tls.dir}. */
    public static Map<String, String> certificates() {
        return once(
                "certificates",
                () -> Map.of(
                        "holdfast.tls.dir",
                        DevCertificates.temporary().directory().toString()));
    }

    private static Map<String, String> once(String part, Supplier<Map<String, String>> start) {
        // The properties object is the one thing that every class loader shares. Test resources start one after the
        // other, before any virtual thread is at work, so holding its monitor while a server starts harms nobody.
        synchronized (System.getProperties()) {
            String prefix = REMEMBERED + part + "/";
            Map<String, String> known = new LinkedHashMap<>();
            for (String name : System.getProperties().stringPropertyNames()) {
                if (name.startsWith(prefix)) {
                    known.put(name.substring(prefix.length()), System.getProperty(name));
                }
            }
            if (!known.isEmpty()) {
                return known;
            }
            Map<String, String> started = start.get();
            started.forEach((key, value) -> System.setProperty(prefix + key, value));
            return started;
        }
    }
}
