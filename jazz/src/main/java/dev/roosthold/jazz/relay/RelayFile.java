package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.crypto.RunningHash;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.store.SqliteTransactions;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.Limits;
import dev.roosthold.jazz.value.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The file of a relay. Transactions lie in it as they are sent, in the pieces in which they came:
/// giving them to a peer copies texts. Relay thread only.
///
/// Everything happens in one transaction that [#commit] ends; it is on the disk when that returns.
final class RelayFile implements AutoCloseable {
    private static final int VERSION = 1;

    private static final List<String> SCHEMA =
            List.of(
                    """
                    CREATE TABLE space (
                      num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL) STRICT""",
                    """
                    CREATE TABLE value (
                      num INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES space, id TEXT NOT NULL,
                      header TEXT NOT NULL, UNIQUE (space, id)) STRICT""",
                    """
                    CREATE TABLE session (
                      num INTEGER PRIMARY KEY, value INTEGER NOT NULL REFERENCES value, id TEXT NOT NULL,
                      count INTEGER NOT NULL, size INTEGER NOT NULL, since_checkpoint INTEGER NOT NULL,
                      signature TEXT NOT NULL, UNIQUE (value, id)) STRICT""",
                    """
                    CREATE TABLE batch (
                      session INTEGER NOT NULL REFERENCES session, after INTEGER NOT NULL,
                      count INTEGER NOT NULL, size INTEGER NOT NULL, transactions TEXT NOT NULL,
                      PRIMARY KEY (session, after)) STRICT, WITHOUT ROWID""",
                    """
                    CREATE TABLE checkpoint (
                      session INTEGER NOT NULL REFERENCES session, count INTEGER NOT NULL,
                      signature TEXT NOT NULL, PRIMARY KEY (session, count)) STRICT, WITHOUT ROWID""",
                    """
                    CREATE TABLE need (
                      value INTEGER NOT NULL REFERENCES value, id TEXT NOT NULL,
                      PRIMARY KEY (value, id)) STRICT, WITHOUT ROWID""");

    /// A place where a session can be cut.
    record Checkpoint(int count, Signature signature) {}

    private final Path path;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private boolean written;

    private RelayFile(Path path, Connection connection) {
        this.path = path;
        this.connection = connection;
    }

    /// Opens the file, which is made when it is missing; what a killed process left is recovered.
    ///
    /// @throws SQLException with a message for the operator
    static RelayFile open(Path path) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA journal_mode = WAL");
            // A commit returns when the log is on the disk.
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA journal_size_limit = 67108864");
            statement.execute("PRAGMA cache_size = -16384");
            statement.execute("PRAGMA temp_store = MEMORY");
            statement.execute("PRAGMA trusted_schema = OFF");
            int version;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                version = row.getInt(1);
            }
            if (version > VERSION) {
                throw new SQLException(path + " was written by a newer program");
            }
            connection.setAutoCommit(false);
            if (version == 0) {
                for (String table : SCHEMA) {
                    statement.execute(table);
                }
                statement.execute("PRAGMA user_version = " + VERSION);
                connection.commit();
            }
            return new RelayFile(path, connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /// The space of that name, made when it is missing.
    Space space(String name) throws SQLException {
        try (ResultSet row =
                statement("SELECT num, bytes FROM space WHERE name = ?", name).executeQuery()) {
            if (row.next()) {
                return new Space(row.getLong(1), name, row.getLong(2));
            }
        }
        written = true;
        try (ResultSet row =
                statement("INSERT INTO space (name, bytes) VALUES (?, 0) RETURNING num", name)
                        .executeQuery()) {
            row.next();
            return new Space(row.getLong(1), name, 0);
        }
    }

    /// The names of all spaces.
    List<String> spaces() throws SQLException {
        var names = new java.util.ArrayList<String>();
        try (ResultSet rows = statement("SELECT name FROM space").executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    void bytes(Space space) throws SQLException {
        written = true;
        statement("UPDATE space SET bytes = ? WHERE num = ?", space.bytes, space.num)
                .executeUpdate();
    }

    /// The head of a value, or null when it is not here.
    ///
    /// @throws FormatException when the file is damaged
    @Nullable Head find(long space, CoId id) throws SQLException {
        Head head;
        try (ResultSet row =
                statement(
                                "SELECT num, header FROM value WHERE space = ? AND id = ?",
                                space,
                                id.text())
                        .executeQuery()) {
            if (!row.next()) {
                return null;
            }
            head = new Head(Header.of(Json.parse(row.getString(2))));
            head.num = row.getLong(1);
        }
        if (!head.id.equals(id)) {
            throw new FormatException("a header of another value");
        }
        try (ResultSet rows =
                statement(
                                "SELECT num, id, count, size, since_checkpoint, signature FROM session"
                                        + " WHERE value = ? ORDER BY num",
                                head.num)
                        .executeQuery()) {
            while (rows.next()) {
                var session = new SessionHead(SessionId.of(rows.getString(2)));
                session.num = rows.getLong(1);
                session.count = rows.getInt(3);
                session.size = rows.getLong(4);
                session.sinceCheckpoint = rows.getLong(5);
                session.signature = new Signature(rows.getString(6));
                head.add(session);
            }
        }
        if (head.group) {
            try (ResultSet rows =
                    statement("SELECT id FROM need WHERE value = ?", head.num).executeQuery()) {
                while (rows.next()) {
                    var _ = head.need(new CoId(rows.getString(1)));
                }
            }
        }
        return head;
    }

    void insert(long space, Head head) throws SQLException {
        written = true;
        head.num =
                number(
                        statement(
                                "INSERT INTO value (space, id, header) VALUES (?, ?, ?) RETURNING num",
                                space,
                                head.id.text(),
                                head.header));
    }

    void insertNeed(Head head, CoId other) throws SQLException {
        written = true;
        statement("INSERT OR IGNORE INTO need VALUES (?, ?)", head.num, other.text())
                .executeUpdate();
    }

    /// Appends transactions; the session's counts and signature are those after them.
    ///
    /// @param elements as [SyncCodec#writeTransactions] writes them
    void append(Head head, SessionHead session, int added, long size, String elements)
            throws SQLException {
        written = true;
        String signature = String.valueOf(session.signature);
        if (session.num == 0) {
            session.num =
                    number(
                            statement(
                                    "INSERT INTO session (value, id, count, size, since_checkpoint,"
                                            + " signature) VALUES (?, ?, ?, ?, ?, ?) RETURNING num",
                                    head.num,
                                    session.id.text(),
                                    session.count,
                                    session.size,
                                    session.sinceCheckpoint,
                                    signature));
        } else {
            statement(
                            "UPDATE session SET count = ?, size = ?, since_checkpoint = ?, signature = ?"
                                    + " WHERE num = ?",
                            session.count,
                            session.size,
                            session.sinceCheckpoint,
                            signature,
                            session.num)
                    .executeUpdate();
        }
        statement(
                        "INSERT INTO batch VALUES (?, ?, ?, ?, ?)",
                        session.num,
                        session.count - added,
                        added,
                        size,
                        elements)
                .executeUpdate();
    }

    void checkpoint(SessionHead session) throws SQLException {
        written = true;
        statement(
                        "INSERT INTO checkpoint VALUES (?, ?, ?)",
                        session.num,
                        session.count,
                        String.valueOf(session.signature))
                .executeUpdate();
    }

    /// The first place after a count where a session can be cut, or null.
    @Nullable Checkpoint checkpointAfter(SessionHead session, int count) throws SQLException {
        try (ResultSet row =
                statement(
                                "SELECT count, signature FROM checkpoint"
                                        + " WHERE session = ? AND count > ? ORDER BY count LIMIT 1",
                                session.num,
                                count)
                        .executeQuery()) {
            return row.next()
                    ? new Checkpoint(row.getInt(1), new Signature(row.getString(2)))
                    : null;
        }
    }

    /// Characters of the changes behind a count, roughly: pieces are not cut.
    long sizeAfter(SessionHead session, int count) throws SQLException {
        if (count == 0) {
            return session.size;
        }
        try (ResultSet row =
                statement(
                                "SELECT total(size) FROM batch WHERE session = ? AND after >= ?",
                                session.num,
                                count)
                        .executeQuery()) {
            return row.getLong(1);
        }
    }

    /// Appends the transactions of a part of a session as they are sent.
    void read(SessionHead session, int from, int to, StringBuilder out) throws SQLException {
        String comma = "";
        try (ResultSet rows =
                statement(
                                "SELECT after, count, transactions FROM batch WHERE session = ? AND after < ?"
                                        + " AND after >= (SELECT max(after) FROM batch"
                                        + " WHERE session = ? AND after <= ?) ORDER BY after",
                                session.num,
                                to,
                                session.num,
                                from)
                        .executeQuery()) {
            while (rows.next()) {
                int after = rows.getInt(1);
                int count = rows.getInt(2);
                String elements = rows.getString(3);
                out.append(comma);
                comma = ",";
                if (after >= from && after + count <= to) {
                    out.append(elements);
                } else {
                    List<Transaction> all = SyncCodec.readTransactions(elements);
                    SyncCodec.writeTransactions(
                            out,
                            all.subList(Math.max(0, from - after), Math.min(count, to - after)));
                }
            }
        }
    }

    /// The hash of a session, made of all its transactions.
    RunningHash hash(SessionHead session) throws SQLException {
        var hash = new RunningHash();
        if (session.num == 0) {
            return hash;
        }
        var buffer = new Utf8Buffer();
        int count = 0;
        try (ResultSet rows =
                statement(
                                "SELECT transactions FROM batch WHERE session = ? ORDER BY after",
                                session.num)
                        .executeQuery()) {
            while (rows.next()) {
                for (Transaction transaction : SyncCodec.readTransactions(rows.getString(1))) {
                    buffer.clear();
                    transaction.canonical(buffer);
                    hash.add(buffer.array(), buffer.size());
                    count++;
                }
            }
        }
        if (count != session.count) {
            throw new FormatException("transactions are missing");
        }
        return hash;
    }

    /// Deletes a part of a space.
    ///
    /// @return whether anything is left of it
    boolean deleteSome(String name, int values) throws SQLException {
        long space;
        try (ResultSet row =
                statement("SELECT num FROM space WHERE name = ?", name).executeQuery()) {
            if (!row.next()) {
                return false;
            }
            space = row.getLong(1);
        }
        written = true;
        String some = "(SELECT num FROM value WHERE space = ? ORDER BY num LIMIT " + values + ")";
        String sessions = "(SELECT num FROM session WHERE value IN " + some + ")";
        for (String table : List.of("batch", "checkpoint")) {
            statement("DELETE FROM " + table + " WHERE session IN " + sessions, space)
                    .executeUpdate();
        }
        for (String table : List.of("session", "need")) {
            statement("DELETE FROM " + table + " WHERE value IN " + some, space).executeUpdate();
        }
        int deleted = statement("DELETE FROM value WHERE num IN " + some, space).executeUpdate();
        if (deleted < values) {
            statement("DELETE FROM space WHERE num = ?", space).executeUpdate();
        }
        return deleted == values;
    }

    /// Makes durable what was written; ends what was read.
    ///
    /// @return whether there was anything to write
    boolean commit() throws SQLException {
        if (!written) {
            connection.rollback();
            return false;
        }
        connection.commit();
        written = false;
        return true;
    }

    /// Undoes what was written.
    void rollback() throws SQLException {
        written = false;
        closeStatements();
        SqliteTransactions.undo(connection);
    }

    /// For tests of a full disk.
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
        connection.rollback();
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        connection.close();
    }

    private PreparedStatement statement(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            switch (parameters[i]) {
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                default -> statement.setString(i + 1, parameters[i].toString());
            }
        }
        return statement;
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Whether a session of that size may have places to cut it at.
    static boolean mayBeCut(SessionHead session) {
        return session.size > Limits.CHECKPOINT;
    }
}
