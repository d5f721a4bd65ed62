package io.holdfast.auditservice.store;

import io.holdfast.auditservice.config.AuditConfig;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.auditservice.trail.Verification;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import javax.sql.DataSource;

/** The service's one trail, on its one data source. */
@Singleton
public class TrailProducer {

    @Produces
    @Singleton
    Trail trail(DataSource dataSource, AuditConfig config) {
        return new PostgresTrail(dataSource, TimeSource.system(), config.statementTimeout());
    }

    @Produces
    @Singleton
    Verification verification(Trail trail, AuditConfig config) {
        return new Verification(trail, config.verificationPage());
    }
}
