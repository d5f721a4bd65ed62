package io.holdfast.auditservice.store;

import io.holdfast.platform.store.StoreUnavailable;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failure of PostgreSQL means to a caller: try again, or a defect. */
final class PostgresFailures {
    /**
     * Classes of SQLSTATE after which the same call may succeed (PostgreSQL documentation, appendix A): connection,
     * transaction rollback, insufficient resources, operator intervention (shutdown, statement timeout), system error, and
     * a server that is not ready.
     */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57", "58");

    private PostgresFailures() {}

    static RuntimeException translate(String what, SQLException failure) {
        return isTransient(failure)
                ? new StoreUnavailable("PostgreSQL did not " + what, failure)
                : new IllegalStateException("PostgreSQL refused to " + what, failure);
    }

    private static boolean isTransient(SQLException failure) {
        @Nullable String state = failure.getSQLState();
        // The pool's own failures carry no state: no connection in time, or none that is valid.
        return state == null
                || state.length() < 2
                || failure instanceof SQLTransientException
                || TRANSIENT.contains(state.substring(0, 2));
    }
}
