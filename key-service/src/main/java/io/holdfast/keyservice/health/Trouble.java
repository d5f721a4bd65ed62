package io.holdfast.keyservice.health;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** What can be wrong, as the readiness page names it under {@link #KEY}. */
enum Trouble {
    /** The control etcd does not answer in time. Not ready: no question can be answered. */
    ETCD_UNREACHABLE(false),
    /** The root key or the vault's software does not do its work. Not ready: no key can be used. */
    VAULT_UNAVAILABLE(false),
    /** The HSM does not answer, or does not let us in. Its keys can't be used; all others are served. */
    HSM_UNAVAILABLE(true),
    /** A vault elsewhere has been silent for so long that access to its keys has ended. All others are served. */
    REMOTE_VAULT_UNAVAILABLE(true),
    /** Deletions and rotations are held because this machine's clock is in doubt. Everything else is served. */
    CLOCK_NOT_TRUSTED(true);

    static final String KEY = "trouble";

    private final boolean ready;

    Trouble(boolean ready) {
        this.ready = ready;
    }

    /** The answer of the check that found it. */
    HealthCheckResponse found(HealthCheckResponseBuilder check) {
        return check.status(ready).withData(KEY, name()).build();
    }
}
