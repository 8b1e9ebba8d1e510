package dev.roosthold.jazz.store;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps the logs of values in a file. Only what a [ValueLog] has accepted gets here, so the count
/// of a session in the file is also the mark up to which it was verified: loading checks no
/// signature again.
///
/// [#save] appends what each log has gained since it was last saved or loaded, in one transaction
/// that is on the disk when it returns. For one thread; one process per file.
public final class SqliteStore implements AutoCloseable {
    private static final String SCHEMA =
            """
            CREATE TABLE IF NOT EXISTS value (
              num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, header TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS session (
              num INTEGER PRIMARY KEY, value INTEGER NOT NULL REFERENCES value, id TEXT NOT NULL,
              verified INTEGER NOT NULL, signature TEXT NOT NULL, UNIQUE (value, id));
            CREATE TABLE IF NOT EXISTS checkpoint (
              session INTEGER NOT NULL REFERENCES session, count INTEGER NOT NULL,
              signature TEXT NOT NULL, PRIMARY KEY (session, count)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS tx (
              session INTEGER NOT NULL REFERENCES session, place INTEGER NOT NULL,
              made_at INTEGER NOT NULL, key_used TEXT, changes TEXT NOT NULL, meta TEXT,
              PRIMARY KEY (session, place)) WITHOUT ROWID;
            """;

    private final Connection connection;
    private final Map<CoId, Stored> stored = new HashMap<>();

    /// What the file has of a value.
    private static final class Stored {
        final long num;
        final Map<SessionId, StoredSession> sessions = new HashMap<>();

        Stored(long num) {
            this.num = num;
        }
    }

    private record StoredSession(long num, int count, int checkpoints) {}

    private SqliteStore(Connection connection) {
        this.connection = connection;
    }

    /// Opens a file, which is made when it is missing.
    ///
    /// @throws StoreException when that fails
    public static SqliteStore open(Path file) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                for (String table : SCHEMA.split(";\n", -1)) {
                    if (!table.isBlank()) {
                        statement.execute(table);
                    }
                }
                connection.setAutoCommit(false);
                return new SqliteStore(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreException("cannot open " + file, e);
        }
    }

    /// All values, in the order in which they were first saved.
    ///
    /// @throws StoreException when the file is damaged
    public List<ValueLog> load() {
        var logs = new ArrayList<ValueLog>();
        try (var values = prepare("SELECT num, id, header FROM value ORDER BY num");
                ResultSet rows = values.executeQuery()) {
            while (rows.next()) {
                var log = new ValueLog(Header.of(Json.parse(rows.getString(3))));
                if (!log.id().text().equals(rows.getString(2))) {
                    throw new FormatException("a header of another value");
                }
                var value = new Stored(rows.getLong(1));
                loadSessions(log, value);
                stored.put(log.id(), value);
                logs.add(log);
            }
            connection.rollback();
            return logs;
        } catch (SQLException | FormatException e) {
            throw new StoreException("cannot read the stored values", e);
        }
    }

    /// Saves what is new in some logs.
    ///
    /// @throws StoreException when nothing was saved
    public void save(Collection<ValueLog> logs) {
        var next = new HashMap<CoId, Stored>();
        try {
            for (ValueLog log : logs) {
                next.put(log.id(), save(log));
            }
            connection.commit();
        } catch (SQLException e) {
            try {
                connection.rollback();
            } catch (SQLException second) {
                e.addSuppressed(second);
            }
            throw new StoreException("cannot save values", e);
        }
        stored.putAll(next);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("cannot close the store", e);
        }
    }

    private void loadSessions(ValueLog log, Stored value) throws SQLException {
        try (var sessions =
                prepare("SELECT num, id, verified, signature FROM session WHERE value = ?")) {
            sessions.setLong(1, value.num);
            try (ResultSet rows = sessions.executeQuery()) {
                while (rows.next()) {
                    long num = rows.getLong(1);
                    var id = SessionId.of(rows.getString(2));
                    int verified = rows.getInt(3);
                    List<Transaction> transactions = transactions(num, verified);
                    if (transactions.size() != verified) {
                        throw new FormatException("transactions are missing");
                    }
                    List<SessionLog.Checkpoint> checkpoints = checkpoints(num);
                    var content =
                            new SessionContent(0, transactions, new Signature(rows.getString(4)));
                    log.restore(SessionLog.restore(id, content, checkpoints));
                    value.sessions.put(id, new StoredSession(num, verified, checkpoints.size()));
                }
            }
        }
    }

    private List<Transaction> transactions(long session, int verified) throws SQLException {
        var transactions = new ArrayList<Transaction>();
        try (var select =
                prepare(
                        "SELECT made_at, key_used, changes, meta FROM tx"
                                + " WHERE session = ? AND place < ? ORDER BY place")) {
            select.setLong(1, session);
            select.setInt(2, verified);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    long madeAt = rows.getLong(1);
                    String key = rows.getString(2);
                    String changes = rows.getString(3);
                    String meta = rows.getString(4);
                    transactions.add(
                            key == null
                                    ? new Transaction.Trusting(madeAt, changes, meta)
                                    : new Transaction.Private(madeAt, key, changes, meta));
                }
            }
        }
        return transactions;
    }

    private List<SessionLog.Checkpoint> checkpoints(long session) throws SQLException {
        var checkpoints = new ArrayList<SessionLog.Checkpoint>();
        try (var select =
                prepare("SELECT count, signature FROM checkpoint WHERE session = ? ORDER BY 1")) {
            select.setLong(1, session);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    checkpoints.add(
                            new SessionLog.Checkpoint(
                                    rows.getInt(1), new Signature(rows.getString(2))));
                }
            }
        }
        return checkpoints;
    }

    private Stored save(ValueLog log) throws SQLException {
        Stored before = stored.get(log.id());
        Stored after = new Stored(before == null ? insertValue(log) : before.num);
        for (SessionLog session : log.sessions()) {
            StoredSession known = before == null ? null : before.sessions.get(session.id());
            Signature signature = session.signature();
            if (signature == null) {
                continue;
            }
            if (known != null && known.count() == session.count()) {
                after.sessions.put(session.id(), known);
                continue;
            }
            long num = mark(after.num, session, signature);
            insertTransactions(num, session, known == null ? 0 : known.count());
            insertCheckpoints(num, session, known == null ? 0 : known.checkpoints());
            after.sessions.put(
                    session.id(),
                    new StoredSession(num, session.count(), session.checkpoints().size()));
        }
        return after;
    }

    private long insertValue(ValueLog log) throws SQLException {
        try (var insert = prepare("INSERT INTO value (id, header) VALUES (?, ?) RETURNING num")) {
            insert.setString(1, log.id().text());
            insert.setString(2, JsonText.compact(log.header().json()));
            return number(insert);
        }
    }

    private long mark(long value, SessionLog session, Signature signature) throws SQLException {
        try (var upsert =
                prepare(
                        "INSERT INTO session (value, id, verified, signature) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (value, id) DO UPDATE"
                                + " SET verified = excluded.verified,"
                                + " signature = excluded.signature RETURNING num")) {
            upsert.setLong(1, value);
            upsert.setString(2, session.id().text());
            upsert.setInt(3, session.count());
            upsert.setString(4, signature.text());
            return number(upsert);
        }
    }

    private void insertTransactions(long num, SessionLog session, int from) throws SQLException {
        try (var insert = prepare("INSERT INTO tx VALUES (?, ?, ?, ?, ?, ?)")) {
            for (int i = from; i < session.count(); i++) {
                Transaction transaction = session.transactions().get(i);
                insert.setLong(1, num);
                insert.setInt(2, i);
                insert.setLong(3, transaction.madeAt());
                switch (transaction) {
                    case Transaction.Trusting trusting -> {
                        insert.setString(4, null);
                        insert.setString(5, trusting.changes());
                    }
                    case Transaction.Private secret -> {
                        insert.setString(4, secret.keyUsed());
                        insert.setString(5, secret.encryptedChanges());
                    }
                }
                insert.setString(6, transaction.meta());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void insertCheckpoints(long num, SessionLog session, int from) throws SQLException {
        try (var insert = prepare("INSERT INTO checkpoint VALUES (?, ?, ?)")) {
            for (int i = from; i < session.checkpoints().size(); i++) {
                SessionLog.Checkpoint checkpoint = session.checkpoints().get(i);
                insert.setLong(1, num);
                insert.setInt(2, checkpoint.count());
                insert.setString(3, checkpoint.signature().text());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }
}
