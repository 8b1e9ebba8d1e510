package dev.roosthold.jazz.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// Transactions of a connection to SQLite that does not commit by itself.
public final class SqliteTransactions {
    private SqliteTransactions() {}

    /// Undoes the transaction after a statement or a commit failed, so that the connection can go
    /// on. Statements that failed are closed by the driver: whoever keeps statements prepares them
    /// anew.
    ///
    /// @throws SQLException when the connection cannot be used any more
    public static void undo(Connection connection) throws SQLException {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // On a full disk and some other faults SQLite itself ends the transaction. The driver
            // then fails to end it and begins none, without which every later commit would fail.
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN");
            } catch (SQLException second) {
                e.addSuppressed(second);
                throw e;
            }
        }
    }

    /// Bounds the file to some pages more than it has, as a disk does that is nearly full.
    public static void limitPages(Connection connection, int more) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long pages;
            try (var row = statement.executeQuery("PRAGMA page_count")) {
                pages = row.getLong(1);
            }
            statement.execute("PRAGMA max_page_count = " + (pages + more));
        }
    }
}
