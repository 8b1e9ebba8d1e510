package dev.roosthold.conformance.isolation;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The rows of an account in the database of a relay, read beside it.
///
/// Of a table that names accounts the account's; of any other those that refer to one of its ids.
/// Entries of a log of what was tried are not the account's data.
final class DatabaseRows implements StoredRows {
    private static final Set<String> OWNER = Set.of("account_id", "from_account", "to_account");
    private static final Set<String> REFERENCES =
            Set.of("id", "session_id", "machine_id", "device_id");
    private static final Set<String> LOGS = Set.of("audit_entry", "audit_head");

    /// Written by being seen.
    private static final Set<String> SEEN = Set.of("last_seen", "last_address");

    private final Path database;

    DatabaseRows(Path database) {
        this.database = database;
    }

    @Override
    public List<String> of(String account, Set<String> ids) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            for (String table : tables(statement)) {
                try (ResultSet all = statement.executeQuery("SELECT * FROM " + table)) {
                    while (all.next()) {
                        if (belongs(all, account, ids)) {
                            rows.add(table + " " + text(all));
                        }
                    }
                }
            }
        } catch (SQLException e) {
            throw new AssertionError("the database cannot be read", e);
        }
        return rows;
    }

    private static Set<String> tables(Statement statement) throws SQLException {
        Set<String> tables = new TreeSet<>();
        try (ResultSet names =
                statement.executeQuery(
                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                + " AND name NOT LIKE 'sqlite_%'")) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        tables.removeAll(LOGS);
        return tables;
    }

    private static boolean belongs(ResultSet row, String account, Set<String> ids)
            throws SQLException {
        boolean named = false;
        boolean holds = false;
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            String value = value(row, i);
            String column = row.getMetaData().getColumnName(i);
            if (OWNER.contains(column)) {
                named = true;
                if (value.equals(account)) {
                    return true;
                }
            }
            holds |= REFERENCES.contains(column) && ids.contains(value);
        }
        return !named && holds;
    }

    private static String text(ResultSet row) throws SQLException {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            String column = row.getMetaData().getColumnName(i);
            if (!SEEN.contains(column)) {
                text.append(column).append('=').append(value(row, i)).append(' ');
            }
        }
        return text.toString();
    }

    private static String value(ResultSet row, int column) throws SQLException {
        Object value = row.getObject(column);
        return value instanceof byte[] bytes
                ? HexFormat.of().formatHex(bytes)
                : String.valueOf(value);
    }
}
