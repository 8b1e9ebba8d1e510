package dev.roosthold.relay;

import dev.roosthold.relay.store.PostgresUrl;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/// The kind of database that relays of the tests use: the file, or with
/// `-Dtest.database=postgresql` a database of their own on a server that the tests start.
final class TestDatabase {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabase() {}

    static boolean isPostgres() {
        return System.getProperty("test.database", "sqlite").equals("postgresql");
    }

    static RelayConfig of(RelayConfig config) {
        return isPostgres() ? config.withDatabase(fresh()) : config;
    }

    /// A query for the names of all tables.
    static String tables() {
        return isPostgres()
                ? "SELECT table_name FROM information_schema.tables"
                        + " WHERE table_schema = current_schema()"
                : "SELECT name FROM sqlite_schema WHERE type = 'table'"
                        + " AND name NOT LIKE 'sqlite_%'";
    }

    /// A query for the names of the columns of a table, its parameter, that features know of.
    static String columns() {
        return isPostgres()
                ? "SELECT column_name FROM information_schema.columns WHERE table_schema ="
                        + " current_schema() AND table_name = ? AND column_name <> 'rowid'"
                        + " ORDER BY ordinal_position"
                : "SELECT name FROM pragma_table_info(?)";
    }

    /// An empty database.
    static PostgresUrl fresh() {
        String name = "relay" + COUNT.incrementAndGet();
        try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("no database for a test", e);
        }
        return PostgresUrl.parse(
                "postgresql://postgres@127.0.0.1:" + Server.RUNNING.getPort() + "/" + name);
    }

    /// Started with the first test that needs it; ends with the process.
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "400")
                        .setServerConfig("shared_buffers", "64MB")
                        .setServerConfig("fsync", "off")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
