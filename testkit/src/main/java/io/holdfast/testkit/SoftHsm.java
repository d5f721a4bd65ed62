package io.holdfast.testkit;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A SoftHSM token: the PKCS#11 device of tests.
 *
 * <p>SoftHSM finds its tokens through the environment variable SOFTHSM2_CONF when a process first loads it, so a test's JVM
 * must have been started with that (the module's pom does) and has one token, which its test classes share.
 *
 * @param library the PKCS#11 library
 * @param pinFile holds the user PIN
 */
public record SoftHsm(Path library, Path pinFile) {
    private static final String LAID_OUT = "holdfast.testkit.softhsm";
    private static final String PIN = "482916";
    private static final Duration BOUND = Duration.ofSeconds(30);
    /** Where Debian, Fedora, Alpine and Homebrew put it. */
    private static final List<String> DIRECTORIES =
            List.of("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib");

    private static final class Holder {
        static final SoftHsm TOKEN = layOut();

        private Holder() {}
    }

    /**
     * This JVM's token.
     *
     * @throws TestkitException when SoftHSM is not installed or SOFTHSM2_CONF is not set
     */
    public static SoftHsm token() {
        return Holder.TOKEN;
    }

    private static SoftHsm layOut() {
        String named = System.getenv("SOFTHSM2_CONF");
        if (named == null) {
            throw new TestkitException("SOFTHSM2_CONF is not set: this module's tests were not set up for SoftHSM");
        }
        Path settings = Path.of(named);
        Path directory = settings.resolveSibling("").toAbsolutePath();
        Path pinFile = directory.resolve("pin");
        try {
            // The library keeps the token that it has loaded; a class loader more, as Quarkus' tests have, must not
            // make
            // another.
            if (System.setProperty(LAID_OUT, "yes") != null) {
                return new SoftHsm(findLibrary(), pinFile);
            }
            ScratchDirectory.remove(directory);
            Path tokens = Files.createDirectories(directory.resolve("tokens"));
            Files.writeString(
                    settings, "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
            PrivateFile.write(pinFile, PIN);
            LocalProcess.run(
                    "softhsm2-util",
                    List.of(
                            "softhsm2-util",
                            "--init-token",
                            "--free",
                            "--label",
                            "holdfast",
                            "--so-pin",
                            PIN,
                            "--pin",
                            PIN),
                    Map.of("SOFTHSM2_CONF", settings.toString()),
                    BOUND);
            return new SoftHsm(findLibrary(), pinFile);
        } catch (IOException e) {
            throw new TestkitException("Could not lay out a SoftHSM token in " + directory, e);
        }
    }

    private static Path findLibrary() throws IOException {
        PathMatcher wanted = FileSystems.getDefault().getPathMatcher("glob:**/libsofthsm2.so");
        for (String directory : DIRECTORIES) {
            Path start = Path.of(directory);
            if (Files.isDirectory(start)) {
                try (Stream<Path> found = Files.find(start, 4, (path, attributes) -> wanted.matches(path))) {
                    Path library = found.findFirst().orElse(null);
                    if (library != null) {
                        return library;
                    }
                }
            }
        }
        throw new TestkitException("SoftHSM's libsofthsm2.so is not installed (./dev installs it)");
    }
}
