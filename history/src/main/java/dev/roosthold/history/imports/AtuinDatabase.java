package dev.roosthold.history.imports;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConfig;

/// The table `history` of atuin: times and durations in nanoseconds, host and user in one text with
/// a colon between, a duration or exit code of -1 for what is not known. It is only read.
final class AtuinDatabase {
    private static final Pattern UUID_DIGITS = Pattern.compile("[0-9a-f]{32}");
    private static final long NANOS = 1_000_000;

    private AtuinDatabase() {}

    static List<CommandEntry> read(Path file) {
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5000);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + file)) {
            Set<String> columns = columns(connection);
            if (!columns.containsAll(Set.of("id", "timestamp", "command"))) {
                throw new ImportException(file + " is no history of atuin");
            }
            String alive = columns.contains("deleted_at") ? " WHERE deleted_at IS NULL" : "";
            try (PreparedStatement select =
                            connection.prepareStatement(
                                    "SELECT * FROM history" + alive + " ORDER BY timestamp, id");
                    ResultSet rows = select.executeQuery()) {
                List<CommandEntry> entries = new ArrayList<>();
                while (rows.next()) {
                    entries.add(entry(rows, columns));
                }
                return entries;
            }
        } catch (SQLException e) {
            throw new ImportException(file + " cannot be read as a database of atuin");
        }
    }

    private static Set<String> columns(Connection connection) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT name FROM pragma_table_info('history')");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static CommandEntry entry(ResultSet rows, Set<String> columns) throws SQLException {
        String id = String.valueOf(rows.getString("id")).toLowerCase(Locale.ROOT).replace("-", "");
        String place = text(rows, columns, "hostname").orElse("");
        int colon = place.lastIndexOf(':');
        String host = colon < 0 ? place : place.substring(0, colon);
        Optional<String> user =
                text(rows, columns, "author")
                        .or(
                                () ->
                                        colon < 0
                                                ? Optional.empty()
                                                : Optional.of(place.substring(colon + 1)));
        OptionalLong duration = number(rows, columns, "duration");
        return CommandEntry.of(
                        UUID_DIGITS.matcher(id).matches()
                                ? id.replaceFirst(
                                        "(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")
                                : EntryIds.of("import-atuin", id),
                        Math.max(0, rows.getLong("timestamp") / NANOS),
                        Optional.ofNullable(rows.getString("command")).orElse(""))
                .withNumber("exitCode", number(rows, columns, "exit"))
                .withNumber(
                        "durationMs",
                        duration.isPresent()
                                ? OptionalLong.of(duration.getAsLong() / NANOS)
                                : OptionalLong.empty())
                .withText("cwd", text(rows, columns, "cwd").filter(cwd -> !cwd.equals("unknown")))
                .withText("session", text(rows, columns, "session"))
                .withText("host", Optional.of(host))
                .by(AuthorKind.PERSON, user);
    }

    private static Optional<String> text(ResultSet rows, Set<String> columns, String name)
            throws SQLException {
        return columns.contains(name)
                ? Optional.ofNullable(rows.getString(name)).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /// Empty for -1.
    private static OptionalLong number(ResultSet rows, Set<String> columns, String name)
            throws SQLException {
        long number = columns.contains(name) ? rows.getLong(name) : -1;
        return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
    }
}
