package io.holdfast.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/**
 * Whether a container engine answers on this machine.
 *
 * <p>{@code HOLDFAST_TESTKIT_ENGINE} (or the system property {@code holdfast.testkit.engine}) decides when set:
 * {@code process} never uses containers, {@code container} insists on them. Otherwise ({@code auto}) an engine is asked
 * only when {@code DOCKER_HOST} is set or its usual socket exists, so a machine without one pays nothing.
 */
final class ContainerEngine {
    private ContainerEngine() {}

    static boolean answers() {
        String wish = wish();
        return switch (wish) {
            case "process" -> false;
            case "container" -> insist();
            case "auto" -> mayExist() && Probe.RESULT;
            default -> throw new TestkitException("HOLDFAST_TESTKIT_ENGINE is auto, process or container, not " + wish);
        };
    }

    private static String wish() {
        @Nullable String wish = System.getProperty("holdfast.testkit.engine", System.getenv("HOLDFAST_TESTKIT_ENGINE"));
        return wish == null || wish.isBlank() ? "auto" : wish;
    }

    private static boolean mayExist() {
        String host = System.getenv("DOCKER_HOST");
        return (host != null && !host.isBlank()) || Files.exists(Path.of("/var/run/docker.sock"));
    }

    /** Asked once per JVM. */
    private static final class Probe {
        static final boolean RESULT = DockerClientFactory.instance().isDockerAvailable();

        private Probe() {}
    }

    private static boolean insist() {
        if (!Probe.RESULT) {
            throw new TestkitException("HOLDFAST_TESTKIT_ENGINE=container, but no container engine answers");
        }
        return true;
    }
}
