package io.holdfast.auditservice.config;

import io.holdfast.kernel.Ocid.TenancyId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The audit service's own settings. */
@ConfigMapping(prefix = "holdfast.audit")
public interface AuditConfig {

    /** {@code host:port} of key-service's gRPC: who callers are, and what they may. */
    String keyService();

    /**
     * The operator's tenancy, to which the trail belongs. The trail tells of every tenancy of the installation, so this
     * one has no default: without it, or with something else than a tenancy's OCID, the service does not start.
     */
    TenancyId tenancy();

    /** Entries that a verification reads at a time and holds in memory, 1 to 1001. */
    @WithDefault("500")
    int verificationPage();

    /** How long one statement on PostgreSQL may take, waiting for the head of the chain included; whole seconds. */
    @WithDefault("10s")
    Duration statementTimeout();
}
