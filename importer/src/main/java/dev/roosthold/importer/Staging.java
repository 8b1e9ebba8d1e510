package dev.roosthold.importer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/// Rows of a dump in a temporary database, so that they can be read in order: a dump has its tables
/// by name and its rows as they lie on the disk. Only the columns that are needed; readable by the
/// person alone; gone when closed. One thread.
final class Staging implements AutoCloseable {
    private final Path directory;
    private final Connection connection;
    private final Set<HappyTable> filled = EnumSet.noneOf(HappyTable.class);

    private Staging(Path directory, Connection connection) {
        this.directory = directory;
        this.connection = connection;
    }

    /// @throws ImportFailure when it cannot be made
    static Staging create(Path temporary) {
        try {
            Path directory = Files.createTempDirectory(temporary, "roost-import");
            Connection connection =
                    JDBC.createConnection(
                            "jdbc:sqlite:" + directory.resolve("rows.db"), new Properties());
            var staging = new Staging(directory, connection);
            try (Statement statement = connection.createStatement()) {
                // A crash only costs the temporary file.
                statement.execute("PRAGMA journal_mode = OFF");
                statement.execute("PRAGMA synchronous = OFF");
                statement.execute("PRAGMA cache_size = -16384");
                for (HappyTable table : HappyTable.values()) {
                    statement.execute(
                            "CREATE TABLE "
                                    + HappyTable.quoted(table.table())
                                    + " ("
                                    + names(table)
                                    + ")");
                }
                statement.execute("BEGIN");
            }
            return staging;
        } catch (IOException | SQLException e) {
            throw new ImportFailure(
                    "cannot make a temporary database in " + temporary + ": " + e.getMessage(),
                    "--temp names another directory.");
        }
    }

    /// Where the parser puts the rows.
    DumpParser.Sink sink() {
        return new DumpParser.Sink() {
            private final Map<HappyTable, PreparedStatement> inserts =
                    new EnumMap<>(HappyTable.class);

            // For each wanted column its place in the row; -1 when it has none.
            private final Map<HappyTable, int[]> places = new EnumMap<>(HappyTable.class);

            @Override
            public void table(HappyTable table, List<String> columns) {
                filled.add(table);
                places.put(
                        table,
                        table.columns().stream()
                                .mapToInt(column -> columns.indexOf(column.name()))
                                .toArray());
            }

            @Override
            public void row(HappyTable table, @Nullable String[] values) {
                int[] place = places.getOrDefault(table, new int[0]);
                try {
                    PreparedStatement insert = inserts.get(table);
                    if (insert == null) {
                        insert = connection.prepareStatement(insertion(table));
                        inserts.put(table, insert);
                    }
                    for (int i = 0; i < place.length; i++) {
                        insert.setString(i + 1, place[i] < 0 ? null : values[place[i]]);
                    }
                    insert.executeUpdate();
                } catch (SQLException e) {
                    throw failed(e);
                }
            }
        };
    }

    /// Everything is there; from now on it is read.
    void finish() {
        try (Statement statement = connection.createStatement()) {
            for (HappyTable table : filled) {
                statement.execute(
                        "CREATE INDEX "
                                + HappyTable.quoted(table.table() + " in order")
                                + " ON "
                                + HappyTable.quoted(table.table())
                                + " ("
                                + order(table)
                                + ")");
            }
            statement.execute("COMMIT");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    void read(HappyTable table, HappySource.Visitor visitor) {
        String statement =
                "SELECT "
                        + names(table)
                        + " FROM "
                        + HappyTable.quoted(table.table())
                        + " ORDER BY "
                        + order(table);
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery(statement)) {
            while (rows.next()) {
                var values = new HashMap<String, @Nullable String>();
                int i = 1;
                for (HappyTable.Column column : table.columns()) {
                    values.put(column.name(), rows.getString(i++));
                }
                visitor.visit(values);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is deleted anyway.
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new ImportFailure(
                    "cannot delete the temporary directory " + directory, "Delete it by hand.");
        }
    }

    private ImportFailure failed(SQLException e) {
        return new ImportFailure(
                "the temporary database in " + directory + " failed: " + e.getMessage(),
                "It needs about the size of the unpacked dump; --temp names another directory.");
    }

    private static String insertion(HappyTable table) {
        return "INSERT INTO "
                + HappyTable.quoted(table.table())
                + " VALUES ("
                + table.columns().stream().map(_ -> "?").collect(Collectors.joining(", "))
                + ")";
    }

    private static String names(HappyTable table) {
        return table.columns().stream()
                .map(column -> HappyTable.quoted(column.name()))
                .collect(Collectors.joining(", "));
    }

    /// Texts by their bytes, numbers as numbers; times in PostgreSQL's form sort as texts.
    private static String order(HappyTable table) {
        return table.order().stream()
                .map(
                        column ->
                                column.equals("seq") || column.equals("counter")
                                        ? "CAST(" + column + " AS INTEGER)"
                                        : column)
                .collect(Collectors.joining(", "));
    }
}
