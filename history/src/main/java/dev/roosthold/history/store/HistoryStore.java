package dev.roosthold.history.store;

import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.keys.OwnerFiles;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.sqlite.SQLiteConfig;

/// The history of all devices in one SQLite file with mode 0600. What a method has written is on
/// the disk when it returns. Several processes may have it open.
///
/// Thread-safe: calls run one after the other.
public final class HistoryStore implements AutoCloseable {
    private static final int SCHEMA = 1;

    private static final String TABLES =
            """
            CREATE TABLE commands (
              n           INTEGER PRIMARY KEY,
              id          TEXT NOT NULL UNIQUE,
              created_at  INTEGER NOT NULL,
              command     TEXT NOT NULL,
              prompt      TEXT NOT NULL,
              exit_code   INTEGER,
              cwd         TEXT,
              host        TEXT,
              author      TEXT,
              author_kind TEXT,
              session     TEXT,
              device_id   TEXT,
              content     TEXT NOT NULL,
              state       TEXT NOT NULL CHECK (state IN ('pending','pushed','remote','local')),
              note        TEXT
            );
            -- Everything that is looked at while the entries are gone through in the order of time: a
            -- search that finds little reads this and not the table.
            CREATE INDEX commands_time ON commands (
              created_at, id, author_kind, exit_code, cwd, host, author, session, device_id, command, prompt);
            CREATE INDEX commands_pending ON commands (n) WHERE state = 'pending';
            CREATE VIRTUAL TABLE commands_text USING fts5(
              command, prompt, content='commands', content_rowid='n', tokenize='trigram', detail=full);
            CREATE TRIGGER commands_added AFTER INSERT ON commands BEGIN
              INSERT INTO commands_text(rowid, command, prompt) VALUES (new.n, new.command, new.prompt);
            END;
            CREATE TRIGGER commands_removed AFTER DELETE ON commands BEGIN
              INSERT INTO commands_text(commands_text, rowid, command, prompt)
                VALUES ('delete', old.n, old.command, old.prompt);
            END;
            CREATE TRIGGER commands_changed AFTER UPDATE OF command, prompt ON commands BEGIN
              INSERT INTO commands_text(commands_text, rowid, command, prompt)
                VALUES ('delete', old.n, old.command, old.prompt);
              INSERT INTO commands_text(rowid, command, prompt) VALUES (new.n, new.command, new.prompt);
            END;
            CREATE TABLE deleted (id TEXT PRIMARY KEY, elsewhere INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL)
              WITHOUT ROWID;
            CREATE TABLE devices (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            """;

    private static final String COLUMNS =
            "c.id, c.created_at, c.device_id, c.content, c.state, c.note, c.command";

    private final Path file;
    private final Connection connection;

    private HistoryStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /// Opens the database and makes it when it is absent.
    ///
    /// @throws StoreException when that fails
    public static HistoryStore open(Path file) {
        try {
            OwnerFiles.prepare(file);
            var config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setBusyTimeout(5000);
            config.setCacheSize(-32_000);
            config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, "268435456");
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            // What is deleted is overwritten: it may have been a secret.
            config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try {
                var store = new HistoryStore(file, connection);
                store.migrate();
                return store;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new StoreException("the history " + file + " cannot be opened", e);
        }
    }

    private void migrate() throws SQLException {
        if (schema() == SCHEMA) {
            return;
        }
        try {
            transaction(
                    () -> {
                        int known = schema();
                        if (known > SCHEMA) {
                            throw new SQLException("it was made by a newer version");
                        }
                        if (known == 0) {
                            try (Statement statement = connection.createStatement()) {
                                int _ = statement.executeUpdate(TABLES);
                                statement.execute("PRAGMA user_version = " + SCHEMA);
                            }
                        }
                        return known;
                    });
        } catch (StoreException e) {
            throw new SQLException(e.getCause());
        }
    }

    private int schema() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    public Path path() {
        return file;
    }

    // Entries.

    /// Adds entries; one whose id is there, or was deleted, is passed over.
    ///
    /// @return how many are new
    public int add(Collection<StoredEntry> entries) {
        return transaction(
                () -> {
                    int added = 0;
                    try (PreparedStatement insert =
                            connection.prepareStatement(
                                    """
                                    INSERT INTO commands (id, created_at, command, prompt, exit_code, cwd, host,
                                      author, author_kind, session, device_id, content, state, note)
                                    SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
                                    WHERE NOT EXISTS (SELECT 1 FROM deleted WHERE id = ?)
                                    ON CONFLICT (id) DO NOTHING
                                    """)) {
                        for (StoredEntry one : entries) {
                            bind(insert, one);
                            insert.setString(15, one.entry().id());
                            added += insert.executeUpdate();
                        }
                    }
                    return added;
                });
    }

    private static void bind(PreparedStatement insert, StoredEntry stored) throws SQLException {
        CommandEntry entry = stored.entry();
        insert.setString(1, entry.id());
        insert.setLong(2, entry.createdAtMs());
        insert.setString(3, entry.command());
        insert.setString(4, entry.prompt());
        OptionalInt code = entry.exitCode();
        insert.setObject(5, code.isPresent() ? code.getAsInt() : null);
        insert.setString(6, entry.cwd().orElse(null));
        insert.setString(7, entry.host().orElse(null));
        insert.setString(8, entry.author().orElse(null));
        insert.setString(9, entry.authorKind().map(kind -> kind.text()).orElse(null));
        insert.setString(10, entry.session().orElse(null));
        insert.setString(11, entry.deviceId().orElse(null));
        insert.setString(12, new String(entry.plaintext(), StandardCharsets.UTF_8));
        insert.setString(13, stored.state().text());
        insert.setString(14, stored.note().orElse(null));
    }

    /// Takes over what other devices did, and the place up to which it is known.
    ///
    /// @param entries new ones; one that is there is only marked as known elsewhere
    /// @param deleted ids that are deleted for ever
    /// @param facts to be set with it
    public void merge(
            Collection<CommandEntry> entries,
            Collection<String> deleted,
            Map<String, String> facts) {
        transaction(
                () -> {
                    int _ =
                            add(
                                    entries.stream()
                                            .map(
                                                    one ->
                                                            new StoredEntry(
                                                                    one,
                                                                    EntryState.REMOTE,
                                                                    Optional.empty()))
                                            .toList());
                    for (CommandEntry one : entries) {
                        update(
                                "UPDATE commands SET state = 'pushed' WHERE id = ? AND state = 'pending'",
                                one.id());
                    }
                    for (String id : deleted) {
                        forget(id, true);
                    }
                    for (Map.Entry<String, String> fact : facts.entrySet()) {
                        setFact(fact.getKey(), fact.getValue());
                    }
                    return 0;
                });
    }

    /// Removes an entry for ever: the same id is not taken again.
    ///
    /// @return whether it was there
    public boolean delete(String id) {
        return transaction(() -> forget(id, false));
    }

    private boolean forget(String id, boolean elsewhere) throws SQLException {
        update(
                "INSERT INTO deleted (id, elsewhere) VALUES (?, ?) ON CONFLICT DO NOTHING",
                id,
                elsewhere ? 1 : 0);
        return update("DELETE FROM commands WHERE id = ?", id) > 0;
    }

    /// The oldest entries that wait to be pushed, in the order in which they came.
    public List<StoredEntry> pending(int limit) {
        return read(
                "SELECT "
                        + COLUMNS
                        + " FROM commands c WHERE c.state = 'pending' ORDER BY c.n LIMIT ?",
                List.of(limit));
    }

    /// Marks entries that the sync daemon has taken, or that stay here.
    ///
    /// @param note why they stay
    public void mark(Collection<String> ids, EntryState state, Optional<String> note) {
        transaction(
                () -> {
                    for (String id : ids) {
                        update(
                                "UPDATE commands SET state = ?, note = ? WHERE id = ?",
                                state.text(),
                                note.orElse(""),
                                id);
                    }
                    return 0;
                });
    }

    /// Everything that this computer pushed waits again, for another account; what was deleted in
    /// the account of before may come from the new one.
    public int pushAgain() {
        return transaction(
                () -> {
                    update("DELETE FROM deleted WHERE elsewhere = 1");
                    return update("UPDATE commands SET state = 'pending' WHERE state = 'pushed'");
                });
    }

    public long count(EntryState state) {
        return number("SELECT count(*) FROM commands WHERE state = ?", state.text());
    }

    public long count() {
        return number("SELECT count(*) FROM commands");
    }

    public Optional<StoredEntry> find(String id) {
        return read("SELECT " + COLUMNS + " FROM commands c WHERE c.id = ?", List.of(id)).stream()
                .findFirst();
    }

    /// Whether all of these are on their way or stay here for a reason.
    public boolean allSettled(Collection<String> ids) {
        for (String id : ids) {
            if (number("SELECT count(*) FROM commands WHERE id = ? AND state = 'pending'", id)
                    > 0) {
                return false;
            }
        }
        return true;
    }

    /// Looks for entries, newest first.
    ///
    /// Words of three letters and more are found through an index of all runs of three letters;
    /// shorter ones, and fuzzy ones, by reading the commands. Measured on 100,000 entries: see
    /// `bench/run history-search`.
    public Page search(Query query) {
        var sql = new StringBuilder("SELECT ").append(COLUMNS).append(" FROM commands c");
        List<Object> values = new ArrayList<>();
        List<String> conditions = new ArrayList<>();
        text(query, conditions, values);
        filters(query, conditions, values);
        if (!conditions.isEmpty()) {
            sql.append(" WHERE ").append(String.join(" AND ", conditions));
        }
        sql.append(" ORDER BY c.created_at DESC, c.id DESC LIMIT ?");
        // Of each command only the last run is wanted: how many rows that takes is not known.
        values.add(query.distinct() ? -1 : query.limit() + 1);
        List<StoredEntry> found = read(sql.toString(), values, query.distinct(), query.limit() + 1);
        if (found.size() <= query.limit()) {
            return new Page(found, Optional.empty());
        }
        List<StoredEntry> page = List.copyOf(found.subList(0, query.limit()));
        CommandEntry last = page.getLast().entry();
        return new Page(page, Optional.of(new Position(last.createdAtMs(), last.id())));
    }

    private static void text(Query query, List<String> conditions, List<Object> values) {
        List<String> indexed = new ArrayList<>();
        for (String word : query.words()) {
            if (query.fuzzy()) {
                conditions.add("c.command LIKE ? ESCAPE '\\'");
                values.add(
                        "%"
                                + word.codePoints()
                                        .limit(64)
                                        .mapToObj(c -> like(Character.toString(c)) + "%")
                                        .reduce("", String::concat));
            } else if (word.codePointCount(0, word.length()) < 3) {
                conditions.add("(c.command LIKE ? ESCAPE '\\' OR c.prompt LIKE ? ESCAPE '\\')");
                values.add("%" + like(word) + "%");
                values.add("%" + like(word) + "%");
            } else {
                indexed.add("\"" + word.replace("\"", "\"\"") + "\"");
            }
        }
        if (!indexed.isEmpty()) {
            // The plus keeps the order of time: the newest that match are found without sorting.
            conditions.add("+c.n IN (SELECT rowid FROM commands_text WHERE commands_text MATCH ?)");
            values.add(String.join(" AND ", indexed));
        }
    }

    private static void filters(Query query, List<String> conditions, List<Object> values) {
        query.machine()
                .ifPresent(
                        machine -> {
                            conditions.add(
                                    "(c.host = ? COLLATE NOCASE OR c.device_id = ? OR c.device_id IN"
                                            + " (SELECT id FROM devices WHERE name = ? COLLATE NOCASE))");
                            values.addAll(List.of(machine, machine, machine));
                        });
        query.directory()
                .ifPresent(
                        directory -> {
                            String plain =
                                    directory.length() > 1 && directory.endsWith("/")
                                            ? directory.substring(0, directory.length() - 1)
                                            : directory;
                            if (!plain.equals("/")) {
                                conditions.add("(c.cwd = ? OR c.cwd LIKE ? ESCAPE '\\')");
                                values.addAll(List.of(plain, like(plain) + "/%"));
                            }
                        });
        if (query.exitCode().isPresent()) {
            conditions.add("c.exit_code = ?");
            values.add(query.exitCode().getAsInt());
        }
        if (query.failed()) {
            conditions.add("c.exit_code <> 0");
        }
        query.author()
                .ifPresent(
                        author -> {
                            conditions.add("c.author = ? COLLATE NOCASE");
                            values.add(author);
                        });
        query.authorKind()
                .ifPresent(
                        kind -> {
                            conditions.add("c.author_kind = ?");
                            values.add(kind.text());
                        });
        query.session()
                .ifPresent(
                        session -> {
                            conditions.add("c.session = ?");
                            values.add(session);
                        });
        if (query.sinceMs().isPresent()) {
            conditions.add("c.created_at >= ?");
            values.add(query.sinceMs().getAsLong());
        }
        if (query.untilMs().isPresent()) {
            conditions.add("c.created_at < ?");
            values.add(query.untilMs().getAsLong());
        }
        query.before()
                .ifPresent(
                        position -> {
                            conditions.add("(c.created_at, c.id) < (?, ?)");
                            values.addAll(List.of(position.createdAtMs(), position.id()));
                        });
    }

    private static String like(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    // Preferences, devices and facts.

    /// Keeps a preference, unless a newer one is known.
    ///
    /// @param value JSON; empty removes it
    public void putPreference(String name, Optional<String> value, long updatedAtMs) {
        transaction(
                () -> {
                    if (value.isEmpty()) {
                        return update(
                                "DELETE FROM preferences WHERE name = ? AND updated_at <= ?",
                                name,
                                updatedAtMs);
                    }
                    return update(
                            """
                            INSERT INTO preferences (name, value, updated_at) VALUES (?, ?, ?)
                            ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                            WHERE excluded.updated_at >= preferences.updated_at
                            """,
                            name,
                            value.get(),
                            updatedAtMs);
                });
    }

    /// The values, JSON, by their names.
    public synchronized Map<String, String> preferences() {
        Map<String, String> all = new LinkedHashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT name, value FROM preferences ORDER BY name");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                all.put(rows.getString(1), rows.getString(2));
            }
            return all;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    public OptionalLong preferenceTime(String name) {
        long time = number("SELECT max(updated_at) FROM preferences WHERE name = ?", name);
        return time == 0 ? OptionalLong.empty() : OptionalLong.of(time);
    }

    public void putDevice(String id, String name) {
        transaction(
                () ->
                        update(
                                "INSERT INTO devices (id, name) VALUES (?, ?)"
                                        + " ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                                id,
                                name));
    }

    /// Names of devices by their ids.
    public synchronized Map<String, String> devices() {
        Map<String, String> all = new LinkedHashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT id, name FROM devices ORDER BY name");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                all.put(rows.getString(1), rows.getString(2));
            }
            return all;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Something that this computer remembers about its syncing.
    public synchronized Optional<String> fact(String name) {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT value FROM facts WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    public void putFact(String name, String value) {
        transaction(() -> setFact(name, value));
    }

    private int setFact(String name, String value) throws SQLException {
        return update(
                "INSERT INTO facts (name, value) VALUES (?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value);
    }

    // JDBC.

    private interface Work<T> {
        T run() throws SQLException;
    }

    private synchronized <T> T transaction(Work<T> work) {
        try {
            if (!connection.getAutoCommit()) {
                return work.run();
            }
            connection.setAutoCommit(false);
            try {
                T result = work.run();
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private int update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    private synchronized long number(String sql, Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private List<StoredEntry> read(String sql, List<?> values) {
        return read(sql, values, false, Integer.MAX_VALUE);
    }

    private synchronized List<StoredEntry> read(
            String sql, List<?> values, boolean distinct, int most) {
        Set<String> commands = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                select.setObject(i + 1, values.get(i));
            }
            List<StoredEntry> found = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (found.size() < most && rows.next()) {
                    if (distinct && !commands.add(rows.getString(7))) {
                        continue;
                    }
                    JsonObject content =
                            JsonObject.from(
                                            Codec.parse(
                                                    rows.getString(4)
                                                            .getBytes(StandardCharsets.UTF_8)))
                                    .orElseGet(JsonObject::empty);
                    found.add(
                            new StoredEntry(
                                    new CommandEntry(
                                            rows.getString(1),
                                            rows.getLong(2),
                                            Optional.ofNullable(rows.getString(3)),
                                            content),
                                    EntryState.of(rows.getString(5)),
                                    Optional.ofNullable(rows.getString(6))
                                            .filter(note -> !note.isEmpty())));
                }
            }
            return found;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private StoreException failed(SQLException e) {
        return new StoreException("the history " + file + " cannot be used", e);
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }
}
