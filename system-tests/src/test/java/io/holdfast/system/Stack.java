package io.holdfast.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The stack under test: started by {@code ./dev up} in a state directory of its own, shared by all system tests. */
final class Stack {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    static final Path DIRECTORY = ROOT.resolve("system-tests/target/stack");
    private static final Duration UP_BOUND = Duration.ofMinutes(5);

    /** Where every service of the stack sends its spans. */
    static final TraceCollector TRACES = new TraceCollector();

    private static boolean hooked;

    private Stack() {}

    /** The running stack; starts what is not running. */
    static synchronized StackEnvironment up() {
        if (!hooked) {
            hooked = true;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> dev("down")));
        }
        Result up = dev("up");
        if (up.exitCode() != 0) {
            throw new IllegalStateException("./dev up failed:\n" + up.output());
        }
        return StackEnvironment.read(DIRECTORY);
    }

    record Result(int exitCode, String output) {}

    static Result dev(String... arguments) {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("dev").toString()));
        command.addAll(List.of(arguments));
        return run(command, UP_BOUND);
    }

    /** Runs a command in the repository's root with the stack's directory in its environment. */
    static Result run(List<String> command, Duration bound) {
        try {
            Path log = Files.createTempFile("command", ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(ROOT.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new java.io.File("/dev/null"))
                    .redirectOutput(log.toFile());
            builder.environment().putAll(TRACES.settings());
            builder.environment().putAll(Map.of("HOLDFAST_DEV_DIR", DIRECTORY.toString(), "HOLDFAST_SKIP_BUILD", "1"));
            Process process = builder.start();
            if (!process.waitFor(bound.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        command + " did not end within " + bound + ":\n" + Files.readString(log));
            }
            String output = Files.readString(log, StandardCharsets.UTF_8);
            Files.delete(log);
            return new Result(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The process of a service, for faults. */
    static ProcessHandle process(String service) {
        try {
            long pid = Long.parseLong(Files.readString(DIRECTORY.resolve("run/" + service + ".pid"))
                    .strip()
                    .split("\\s+")[0]);
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal by name, for example STOP. */
    static void signal(String service, String name) {
        signal(process(service), name);
    }

    /** Ends a service as a crash does, and waits until it is gone: one that is going still counts as running. */
    static void kill(String service) {
        ProcessHandle process = process(service);
        signal(process, "KILL");
        try {
            process.onExit().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(service + " is still there", e);
        }
    }

    private static void signal(ProcessHandle process, String name) {
        Result result = run(List.of("kill", "-" + name, Long.toString(process.pid())), Duration.ofSeconds(5));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(result.output());
        }
    }
}
