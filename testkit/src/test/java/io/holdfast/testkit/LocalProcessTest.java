package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void aProcessThatDiesWhileStartingIsNamedWithItsLog() {
        LocalProcess broken = LocalProcess.start(
                "broken", List.of("sh", "-c", "echo the reason; exit 3"), directory, log(), "TERM", Map.of());
        assertThatThrownBy(() -> broken.awaitReady(Duration.ofSeconds(10), () -> false))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("broken ended with 3")
                .hasMessageContaining("the reason");
    }

    @Test
    void whatAKilledJvmStartedIsKilledToo() throws Exception {
        Path pidFile = directory.resolve("pid");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        pidFile.toString())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        Await.atMostSeconds(30).until("the child runs", () -> Files.exists(pidFile));
        long child = Long.parseLong(Files.readString(pidFile));
        assertThat(ProcessHandle.of(child)).isPresent();

        jvm.destroyForcibly().waitFor();

        Await.atMostSeconds(10)
                .until(
                        "the child is gone",
                        () -> ProcessHandle.of(child)
                                .map(handle -> !handle.isAlive())
                                .orElse(true));
    }

    private Path log() {
        return directory.resolve("log");
    }

    /** Runs in a JVM of its own. */
    static final class Starter {
        private Starter() {}

        public static void main(String[] arguments) throws Exception {
            Path pidFile = Path.of(arguments[0]);
            LocalProcess child = LocalProcess.start(
                    "child",
                    List.of("sh", "-c", "exec tail -f /dev/null"),
                    Path.of("."),
                    pidFile.resolveSibling("child.log"),
                    "TERM",
                    Map.of());
            Path ready = pidFile.resolveSibling("pid.new");
            Files.writeString(ready, Long.toString(child.pid()));
            Files.move(ready, pidFile);
            Await.atMostSeconds(60).until("this JVM is killed", () -> false);
        }
    }
}
