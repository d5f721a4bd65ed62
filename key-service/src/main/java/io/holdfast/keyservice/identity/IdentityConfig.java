package io.holdfast.keyservice.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Tenancies, users and policies. */
@ConfigMapping(prefix = "holdfast.identity")
public interface IdentityConfig {

    /**
     * A properties file that names a tenancy and its first administrator: tenancy.id, tenancy.name, user.id, user.name,
     * group.id, and public-key (the path of a PEM, relative to the file). Or a directory: each {@code *.properties} in it
     * and in the directories in it names one, 1,000 at most. A tenancy that does not exist is created at the next start; one
     * that exists is left alone, whatever became of its administrator. No two tenancies have the same name: a file that
     * gives another's name to a new one ends the start. Without this nothing is created.
     */
    Optional<Path> bootstrapFile();

    /**
     * Whether policies may have Deny statements, and stored ones hold. The same for all replicas: while they differ, so do
     * their decisions.
     */
    @WithDefault("false")
    boolean denyStatements();
}
