package dev.roosthold.importer;

import dev.roosthold.relay.store.PostgresUrl;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// A running PostgreSQL server, in one read-only transaction: it sees the moment at which it began,
/// whatever the happy server writes meanwhile, and cannot change anything.
public final class PostgresSource implements HappySource {
    private static final String CONNECT_SECONDS = "20";

    private final Connection connection;
    private final String schema;
    private final Map<HappyTable, Set<String>> columns = new HashMap<>();

    private PostgresSource(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /// Connects and begins to read.
    ///
    /// @param password counts before the one in the address; without any the driver looks into
    ///     `~/.pgpass`
    /// @throws ImportFailure when it cannot be reached or is not a happy server's
    public static PostgresSource open(PostgresUrl url, Optional<String> password) {
        var properties = url.properties();
        password.or(url::password).ifPresent(text -> properties.setProperty("password", text));
        properties.setProperty("ApplicationName", "roost import-happy");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection;
        try {
            connection = new Driver().connect(url.jdbc(), properties);
        } catch (SQLException e) {
            throw new ImportFailure(
                    "cannot connect to the database on " + url.place() + ": " + reason(e),
                    "The address is the happy server's DATABASE_URL. The password may also come from"
                            + " --password-file FILE (- reads it from standard input), PGPASSWORD"
                            + " or ~/.pgpass.");
        }
        if (connection == null) {
            throw new ImportFailure("the database address is not one of PostgreSQL", "");
        }
        try {
            var source = new PostgresSource(connection, url.schema());
            source.begin();
            return source;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw failed(e);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    @Override
    public String describe() {
        return "PostgreSQL server";
    }

    @Override
    public boolean has(HappyTable table) {
        return columns.containsKey(table);
    }

    /// `COPY` sends row after row and waits while we do not read, so one row is in memory, and the
    /// order of the texts is that of their bytes.
    @Override
    public void read(HappyTable table, Visitor visitor) {
        List<String> names = present(table);
        try {
            CopyOut rows =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(statement(table, names));
            try {
                for (byte[] line = rows.readFromCopy(); line != null; line = rows.readFromCopy()) {
                    visitor.visit(values(table, names, line));
                }
            } finally {
                if (rows.isActive()) {
                    rows.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    private void begin() throws SQLException {
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 0");
            statement.execute("SET idle_in_transaction_session_timeout = 0");
            statement.execute("SET DateStyle = ISO");
            statement.execute("SET bytea_output = hex");
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT table_name, column_name FROM information_schema.columns"
                                + " WHERE table_schema = ?")) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String column = rows.getString(2);
                    HappyTable.of(rows.getString(1))
                            .ifPresent(
                                    table ->
                                            columns.computeIfAbsent(table, _ -> new HashSet<>())
                                                    .add(column));
                }
            }
        }
        Schema.check(columns);
    }

    private List<String> present(HappyTable table) {
        var names = new ArrayList<String>();
        for (HappyTable.Column column : table.columns()) {
            if (columns.getOrDefault(table, Set.of()).contains(column.name())) {
                names.add(column.name());
            }
        }
        return names;
    }

    private String statement(HappyTable table, List<String> names) {
        String list = names.stream().map(HappyTable::quoted).collect(Collectors.joining(", "));
        String order =
                table.order().stream()
                        .map(column -> isText(column) ? column + " COLLATE \"C\"" : column)
                        .collect(Collectors.joining(", "));
        return "COPY (SELECT "
                + list
                + " FROM "
                + HappyTable.quoted(schema)
                + "."
                + HappyTable.quoted(table.table())
                + " ORDER BY "
                + order
                + ") TO STDOUT";
    }

    private static boolean isText(String column) {
        return switch (column) {
            case "seq", "counter", "\"createdAt\"" -> false;
            default -> true;
        };
    }

    private static Map<String, @Nullable String> values(
            HappyTable table, List<String> names, byte[] line) {
        int length =
                line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
        try {
            @Nullable String[] fields = CopyText.fields(line, length, names.size());
            var values = new HashMap<String, @Nullable String>();
            for (int i = 0; i < fields.length; i++) {
                values.put(names.get(i), fields[i]);
            }
            return values;
        } catch (CopyText.Malformed e) {
            throw new ImportFailure(
                    "a row of " + table.table() + " has " + e.getMessage(), "Please report this.");
        }
    }

    private static ImportFailure failed(SQLException e) {
        return new ImportFailure(
                "reading the database failed: " + reason(e),
                "What was imported so far is complete rows; the same command again goes on.");
    }

    /// The server's own words, without what it says about values.
    private static String reason(SQLException e) {
        String message = e.getMessage();
        String first = message == null ? "" : message.lines().findFirst().orElse("");
        if (e.getCause() instanceof UnknownHostException) {
            first = "there is no such host";
        }
        return e.getSQLState() == null ? first : first + " (" + e.getSQLState() + ")";
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing was written, so nothing is lost.
        }
    }
}
