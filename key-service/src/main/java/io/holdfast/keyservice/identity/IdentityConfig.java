package io.holdfast.keyservice.identity;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Tenancies, users and policies. */
@ConfigMapping(prefix = "holdfast.identity")
public interface IdentityConfig {

    /**
     * A properties file that names the first tenancy and its administrator: tenancy.id, tenancy.name, user.id, user.name,
     * group.id, and public-key (the path of a PEM, relative to the file). What it names and does not exist is created at
     * each start; nothing is ever removed or changed by it. Without it nothing is created.
     */
    Optional<Path> bootstrapFile();
}
