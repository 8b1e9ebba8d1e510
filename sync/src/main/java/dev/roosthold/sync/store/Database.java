package dev.roosthold.sync.store;

import dev.roosthold.jazz.store.SqliteTransactions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection and its statements. For one thread at a time.
final class Database implements AutoCloseable {
    static final int VERSION = 1;

    private static final String[] SCHEMA = {
        """
        CREATE TABLE sync_queue (
          id              INTEGER PRIMARY KEY AUTOINCREMENT,
          operation       TEXT    NOT NULL CHECK (operation IN ('create','update','delete')),
          entity_type     TEXT    NOT NULL CHECK (entity_type IN ('command','preference','device')),
          entity_id       TEXT    NOT NULL,
          payload         BLOB    NOT NULL,
          status          TEXT    NOT NULL DEFAULT 'pending'
                          CHECK (status IN ('pending','inflight','failed')),
          attempts        INTEGER NOT NULL DEFAULT 0,
          created_at      INTEGER NOT NULL,
          expires_at      INTEGER,
          last_attempt_at INTEGER,
          error_code      TEXT,
          error           TEXT,
          UNIQUE (entity_type, entity_id)
        )\
        """,
        "CREATE INDEX sync_queue_work ON sync_queue (status, id)",
        """
        CREATE TABLE entries (
          type TEXT NOT NULL, id TEXT NOT NULL,
          seq INTEGER NOT NULL UNIQUE,
          encrypted TEXT NOT NULL,
          device_id TEXT NOT NULL,
          created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER,
          safety_level TEXT, executed INTEGER, success INTEGER, executed_at INTEGER,
          acked INTEGER NOT NULL DEFAULT 0,
          extra TEXT,
          PRIMARY KEY (type, id)
        ) WITHOUT ROWID\
        """,
        """
        CREATE TABLE identity (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          account_id TEXT NOT NULL, device_id TEXT NOT NULL, device_name TEXT NOT NULL,
          platform TEXT NOT NULL, sync_root_id TEXT NOT NULL,
          created_at INTEGER NOT NULL, last_sync_at INTEGER, paused INTEGER NOT NULL DEFAULT 0
        )\
        """,
        // Commands that were let go because of their number: the log of values still has them.
        "CREATE TABLE evicted (id TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('seq', 0)",
    };

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Database(Connection connection) {
        this.connection = connection;
    }

    /// For the writing thread: makes tables when there are none.
    static Database writer(Path file) throws SQLException {
        Database database = open(file);
        try {
            try (ResultSet check = database.query("PRAGMA quick_check(1)")) {
                if (!check.next() || !"ok".equals(check.getString(1))) {
                    throw new SQLException("the database is damaged", null, 11);
                }
            }
            long version = database.number("PRAGMA user_version");
            if (version > VERSION) {
                throw new SQLException("the database is of a newer release");
            }
            database.connection.setAutoCommit(false);
            if (version == 0) {
                for (String statement : SCHEMA) {
                    database.run(statement);
                }
                database.run("PRAGMA user_version = " + VERSION);
            }
            database.connection.commit();
            return database;
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    /// For reading beside the writing thread.
    static Database reader(Path file) throws SQLException {
        Database database = open(file);
        database.run("PRAGMA query_only = ON");
        return database;
    }

    private static Database open(Path file) throws SQLException {
        Database database = new Database(DriverManager.getConnection("jdbc:sqlite:" + file));
        try {
            database.run("PRAGMA busy_timeout = 5000");
            database.run("PRAGMA journal_mode = WAL");
            database.run("PRAGMA synchronous = FULL");
            database.run("PRAGMA cache_size = -2000");
            return database;
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private ResultSet query(String sql) throws SQLException {
        return prepared(sql).executeQuery();
    }

    /// The statement with its parameters set; kept for the next time.
    PreparedStatement prepared(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    int change(String sql, @Nullable Object... parameters) throws SQLException {
        return prepared(sql, parameters).executeUpdate();
    }

    ResultSet select(String sql, @Nullable Object... parameters) throws SQLException {
        return prepared(sql, parameters).executeQuery();
    }

    long number(String sql, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = select(sql, parameters)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        closeStatements();
        SqliteTransactions.undo(connection);
    }

    void limitPages(int more) throws SQLException {
        SqliteTransactions.limitPages(connection, more);
    }

    private void closeStatements() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        statements.clear();
    }

    @Override
    public void close() throws SQLException {
        closeStatements();
        connection.close();
    }
}
