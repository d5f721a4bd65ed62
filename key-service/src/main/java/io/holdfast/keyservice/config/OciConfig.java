package io.holdfast.keyservice.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Vaults of Oracle's that hold keys for this installation. */
@ConfigMapping(prefix = "holdfast.oci")
public interface OciConfig {

    /** By a name of the operator's choosing, which stands in messages of the start and in the log. */
    Map<String, RemoteVault> vaults();

    /** How Oracle knows who asks. */
    enum Authentication {
        /** The API key that an OCI configuration file names. */
        CONFIG_FILE,
        /** The compute instance that this runs on. */
        INSTANCE_PRINCIPAL,
        /** What Oracle's environment variables say, as in a function or an OKE workload. */
        RESOURCE_PRINCIPAL
    }

    /** One vault. */
    interface RemoteVault {

        /** The vault's OCID in Oracle. Clients of this installation see it under the same OCID. */
        String vaultId();

        /** The compartment in Oracle whose keys are used here, and in which new ones are made. */
        String keyCompartment();

        /** The compartment of this installation in which vault and keys are shown. */
        String compartment();

        /** The vault's management endpoint, {@code https://…-management.kms.<region>.oraclecloud.com}. */
        String managementEndpoint();

        /** The vault's cryptographic endpoint, {@code https://…-crypto.kms.<region>.oraclecloud.com}. */
        String cryptoEndpoint();

        @WithDefault("config-file")
        Authentication authentication();

        /** For {@code config-file}; without it {@code ~/.oci/config}. */
        Optional<Path> configFile();

        /** For {@code config-file}: the section of that file. */
        @WithDefault("DEFAULT")
        String profile();

        /** How long a connection may take. 100 ms to 1 min. */
        @WithDefault("PT2S")
        Duration connectTimeout();

        /** How long an answer may take. 100 ms to 1 min. */
        @WithDefault("PT5S")
        Duration readTimeout();

        /** How often a call is tried in all, when Oracle is busy or does not answer. 1 to 10. */
        @WithDefault("3")
        int maxAttempts();

        Breaker breaker();

        /** How often the vault's keys are listed, to see what was done in Oracle. 1 s to 5 min. */
        @WithDefault("PT10S")
        Duration pollInterval();

        /**
         * For how long the last listing counts when the vault no longer answers: after that its keys open nothing. At least
         * the poll interval, at most 1 h.
         */
        @WithDefault("PT2M")
        Duration staleAfter();
    }

    /** Stops calls to a vault that fails, so that callers are told at once. */
    interface Breaker {

        /** How many calls, within half a minute, half of which failed, open it. 2 to 1,000. */
        @WithDefault("10")
        int calls();

        /** For how long it stays open, before one call tries again. 100 ms to 10 min. */
        @WithDefault("PT10S")
        Duration pause();
    }
}
