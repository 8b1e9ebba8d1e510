package dev.roosthold.importer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.sqlite.JDBC;

/// Every row of a relay's database as text, for comparing two of them.
final class TargetDump {
    private TargetDump() {}

    /// Rows in the order of their texts, by table; without the one that says when the schema was
    /// made.
    static Map<String, List<String>> of(Path data) {
        var tables = new TreeMap<String, List<String>>();
        try (Connection connection =
                        JDBC.createConnection(
                                "jdbc:sqlite:" + data.resolve("relay.db"), new Properties());
                Statement statement = connection.createStatement()) {
            var names = new ArrayList<String>();
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                    + " AND name <> 'schema_migration'")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            for (String name : names) {
                tables.put(name, rows(statement, name));
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return tables;
    }

    /// Likewise without the audit log, whose entries have the time of the run.
    static Map<String, List<String>> withoutAudit(Path data) {
        Map<String, List<String>> tables = of(data);
        tables.remove("audit_entry");
        tables.remove("audit_head");
        return tables;
    }

    /// Runs one statement on the database of a relay that is not running.
    static void change(Path data, String sql) {
        try (Connection connection =
                        JDBC.createConnection(
                                "jdbc:sqlite:" + data.resolve("relay.db"), new Properties());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> rows(Statement statement, String table) throws SQLException {
        var all = new ArrayList<String>();
        try (ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
            ResultSetMetaData columns = rows.getMetaData();
            while (rows.next()) {
                var text = new StringBuilder();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    text.append(columns.getColumnName(i))
                            .append('=')
                            .append(
                                    value instanceof byte[] bytes
                                            ? HexFormat.of().formatHex(bytes)
                                            : String.valueOf(value))
                            .append('|');
                }
                all.add(text.toString());
            }
        }
        all.sort(null);
        return all;
    }
}
