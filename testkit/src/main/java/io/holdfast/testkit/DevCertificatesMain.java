package io.holdfast.testkit;

import java.nio.file.Path;

/** {@code DevCertificatesMain <directory>}: makes or renews the development certificates there. */
public final class DevCertificatesMain {
    private DevCertificatesMain() {}

    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("usage: DevCertificatesMain <directory>");
            System.exit(2);
        }
        DevCertificates.in(Path.of(arguments[0]).toAbsolutePath());
    }
}
