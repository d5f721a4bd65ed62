package io.holdfast.platform.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The etcd of this service. Without endpoints the service has no {@link KeyValueStore}. */
@ConfigMapping(prefix = "holdfast.etcd")
public interface EtcdConfig {

    /** Client URLs of the members, comma separated, for example {@code http://127.0.0.1:2379}. */
    Optional<List<String>> endpoints();

    /** The etcd user, when authentication is on. */
    Optional<String> user();

    /** A file that holds that user's password; white space around it is dropped. */
    Optional<Path> passwordFile();

    /** How long one read or one transaction may take, retries included; 100 ms to 1 min. */
    @WithDefault("5s")
    Duration requestTimeout();

    /** A key that this service may read, whether it exists or not: what a read of the revision alone asks for. */
    @WithDefault("/holdfast")
    String probeKey();
}
