package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresServerTest {
    @Test
    void keepsRowsAcrossARestartAndRefusesAWrongPassword() throws Exception {
        try (PostgresServer postgres = PostgresServer.start()) {
            try (Connection connection =
                            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                    Statement statement = connection.createStatement()) {
                statement.execute("create table t(v int)");
                statement.execute("insert into t values (42)");
            }
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("authentication");
            postgres.restart();
            try (Connection connection =
                            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select v, version() from t")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(42);
                assertThat(rows.getString(2)).startsWith("PostgreSQL 18");
            }
        }
    }
}
