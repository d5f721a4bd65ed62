package io.holdfast.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A server process of the test stack: its output goes to a log file, it can be stopped, killed, paused and resumed, and
 * it never outlives this JVM, even when this JVM is killed.
 *
 * <p>An ordinary end of the JVM stops what still runs through a shutdown hook. Against {@code kill -9} a small shell
 * watches the JVM through a pipe and kills what is left when the pipe closes.
 */
public final class LocalProcess implements AutoCloseable {
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);
    private static final Duration KILL_BOUND = Duration.ofSeconds(10);
    private static final int TAIL_BYTES = 4_000;
    private static final Set<LocalProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(LocalProcess::endAll, "testkit-end"));
    }

    private final String name;
    private final Process process;
    private final Path log;
    private final String stopSignal;

    private LocalProcess(String name, Process process, Path log, String stopSignal) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.stopSignal = stopSignal;
    }

    /**
     * Starts a process.
     *
     * @param name how messages call it
     * @param stopSignal the signal that asks it to end in order, for example {@code TERM} or {@code INT}
     * @param environment added to this JVM's own
     * @throws TestkitException when the program can't be started
     */
    public static LocalProcess start(
            String name,
            List<String> command,
            Path directory,
            Path log,
            String stopSignal,
            Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            LocalProcess started = new LocalProcess(name, process, log, stopSignal);
            RUNNING.add(started);
            Guard.watch(process.pid());
            process.getOutputStream().close();
            return started;
        } catch (IOException failure) {
            throw new TestkitException(name + " could not be started: " + failure.getMessage(), failure);
        }
    }

    /** Runs a command to its end and returns its output. Fails with the output when the exit code is not 0. */
    static String run(String name, List<String> command, Map<String, String> environment, Duration bound) {
        try {
            Path output = Files.createTempFile("holdfast-run", ".log");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                process.getOutputStream().close();
                boolean ended = process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                String text = Files.readString(output);
                if (!ended || process.exitValue() != 0) {
                    throw new TestkitException(
                            name + (ended ? " ended with " + process.exitValue() : " did not end within " + bound)
                                    + ":\n" + text);
                }
                return text;
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException failure) {
            throw new TestkitException(name + " could not be run: " + failure.getMessage(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while " + name + " ran", interrupted);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The last lines of the log. */
    public String logTail() {
        return tail(log);
    }

    static String tail(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "(no log at " + log + ": " + unreadable.getMessage() + ")";
        }
    }

    /**
     * Waits until {@code ready} is true.
     *
     * @throws TestkitException when the process ends or the bound passes; the message shows the log's end
     */
    void awaitReady(Duration bound, java.util.concurrent.Callable<Boolean> ready) {
        try {
            Await.atMost(bound).until(name + " answers", () -> !process.isAlive() || ready.call());
        } catch (AssertionError late) {
            String seen = logTail();
            kill();
            throw new TestkitException(name + " was not ready within " + bound + ". Its log ends:\n" + seen, late);
        }
        if (!process.isAlive()) {
            ended();
            throw new TestkitException(
                    name + " ended with " + process.exitValue() + " while starting. Its log ends:\n" + logTail());
        }
    }

    /** Asks the process to end and waits for it; after 10 s it is killed. Does nothing when it has ended. */
    public void stop() {
        if (process.isAlive()) {
            signal("CONT");
            signal(stopSignal);
            if (!waitFor(STOP_BOUND)) {
                kill();
            }
        }
        ended();
    }

    /** Ends the process at once (SIGKILL), as a crash would. */
    public void kill() {
        process.destroyForcibly();
        if (!waitFor(KILL_BOUND)) {
            throw new TestkitException(name + " (pid " + pid() + ") is still there after SIGKILL");
        }
        ended();
    }

    /** Freezes the process (SIGSTOP): sockets stay open, nothing answers. */
    public void pause() {
        signal("STOP");
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void resume() {
        signal("CONT");
    }

    @Override
    public void close() {
        stop();
    }

    /** Makes sure that the JVM's end is watched, also when no process was started. */
    static void armEnd() {
        // Initializing this class registered the hook.
    }

    /** Runs while the JVM ends: order no longer matters, only that nothing is left. */
    private static void endAll() {
        RUNNING.forEach(left -> left.process.destroyForcibly());
        RUNNING.forEach(left -> left.process.onExit().join());
        ScratchDirectory.removeLeftovers();
    }

    private void ended() {
        RUNNING.remove(this);
        Guard.release(process.pid());
    }

    private boolean waitFor(Duration bound) {
        try {
            return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while " + name + " was ending", interrupted);
        }
    }

    private void signal(String signal) {
        if (process.isAlive()) {
            try {
                run("kill -" + signal, List.of("kill", "-" + signal, Long.toString(pid())), Map.of(), KILL_BOUND);
            } catch (TestkitException failure) {
                // The process may have ended between the check and the signal; anything else is a failure.
                if (process.isAlive()) {
                    throw failure;
                }
            }
        }
    }

    /** The shell that outlives a killed JVM by an instant, to kill its children. */
    private static final class Guard {
        // Lines "+ pid" and "- pid" arrive on standard input; the end of the input is the end of the JVM.
        private static final String SCRIPT = "trap '' INT TERM HUP; pids=' '; while read -r op pid; do "
                + "case $op in +) pids=\"$pids$pid \";; -) pids=\"${pids%% $pid *} ${pids#* $pid }\";; esac; done; "
                + "for pid in $pids; do kill -9 $pid 2>/dev/null; done";
        private static final java.util.concurrent.locks.ReentrantLock LOCK =
                new java.util.concurrent.locks.ReentrantLock();
        private static @org.jspecify.annotations.Nullable Process shell;

        private Guard() {}

        static void watch(long pid) throws IOException {
            say("+ " + pid);
        }

        static void release(long pid) {
            try {
                say("- " + pid);
            } catch (IOException gone) {
                throw new TestkitException("The guard of the test processes is gone", gone);
            }
        }

        private static void say(String line) throws IOException {
            LOCK.lock();
            try {
                Process guard = shell;
                if (guard == null) {
                    guard = new ProcessBuilder("sh", "-c", SCRIPT)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
                    shell = guard;
                }
                guard.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
                guard.getOutputStream().flush();
            } finally {
                LOCK.unlock();
            }
        }
    }
}
