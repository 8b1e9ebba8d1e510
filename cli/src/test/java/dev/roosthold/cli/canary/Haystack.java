package dev.roosthold.cli.canary;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Where needles are looked for: files and the rows of a relay's database. Each find is named with
/// its place.
final class Haystack {
    private Haystack() {}

    static Set<String> inFiles(Needles needles, Path directory) throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path file : files(directory)) {
            for (String what : inFile(needles, file)) {
                found.add(what + " in " + directory.relativize(file));
            }
        }
        return found;
    }

    static Set<String> inFile(Needles needles, Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return needles.in(in);
        }
    }

    /// A long value is cut into pages in the file, and is whole only here.
    static Set<String> inRows(Needles needles, Path data) throws SQLException, IOException {
        Set<String> found = new TreeSet<>();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("relay.db"));
                Statement statement = connection.createStatement()) {
            for (String table : tables(statement)) {
                try (ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
                    while (rows.next()) {
                        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                            String column = table + "." + rows.getMetaData().getColumnName(i);
                            for (String what : needles.in(stream(rows.getObject(i)))) {
                                found.add(what + " in " + column);
                            }
                        }
                    }
                }
            }
        }
        return found;
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet names =
                statement.executeQuery(
                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                + " AND name NOT LIKE 'sqlite_%'")) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        return tables;
    }

    static InputStream stream(Object value) {
        return new ByteArrayInputStream(
                value instanceof byte[] bytes
                        ? bytes
                        : String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    }

    static long size(Path directory) throws IOException {
        long size = 0;
        for (Path file : files(directory)) {
            size += Files.size(file);
        }
        return size;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
