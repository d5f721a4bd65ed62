package io.holdfast.platform.access;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** This service's certificate, for mutual TLS between the services. */
@ConfigMapping(prefix = "holdfast.tls")
public interface TlsConfig {

    /** Directory with {@code ca.crt}, {@code <name>.crt} and {@code <name>.key} (PEM; the key in PKCS#8). */
    Optional<Path> dir();

    /** The service's name in those file names; {@code quarkus.application.name} when absent. */
    Optional<String> name();
}
