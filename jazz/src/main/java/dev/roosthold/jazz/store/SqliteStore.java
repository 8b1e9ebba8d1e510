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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps the logs of values in a file. Only what a [ValueLog] has accepted gets here, so the count
/// of a session in the file is also the mark up to which it was verified: loading checks no
/// signature again.
///
/// [#save] appends what each log has gained since it was last saved or loaded, in one transaction
/// that is on the disk when it returns. Who shares the logs with other threads takes their lock for
/// [#capture] only and gives the result to [#commit]. The file also remembers which values hold
/// writes of ours that no relay has confirmed. For one thread; one process per file.
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
            CREATE TABLE IF NOT EXISTS outbox (value TEXT PRIMARY KEY) WITHOUT ROWID;
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

    /// What a log has gained.
    public static final class Gain {
        private final Header header;
        private final List<SessionGain> sessions;

        private Gain(Header header, List<SessionGain> sessions) {
            this.header = header;
            this.sessions = sessions;
        }
    }

    private record SessionGain(
            SessionId id,
            int from,
            List<Transaction> transactions,
            Signature signature,
            int checkpointsBefore,
            List<SessionLog.Checkpoint> checkpoints) {
        int count() {
            return from + transactions.size();
        }
    }

    /// Changes of the list of values with unconfirmed writes.
    public record Outbox(Set<CoId> added, Set<CoId> removed) {
        public static final Outbox SAME = new Outbox(Set.of(), Set.of());

        public Outbox {
            added = Set.copyOf(added);
            removed = Set.copyOf(removed);
        }
    }

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
                statement.execute("PRAGMA busy_timeout = 1000");
                // Keeps other processes away until the file is closed.
                statement.execute("PRAGMA locking_mode = EXCLUSIVE");
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

    /// Values with writes of ours that were not confirmed when the file was last saved.
    ///
    /// @throws StoreException when the file is damaged
    public Set<CoId> outbox() {
        var outbox = new LinkedHashSet<CoId>();
        try (var select = prepare("SELECT value FROM outbox ORDER BY value");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                outbox.add(new CoId(rows.getString(1)));
            }
            connection.rollback();
            return outbox;
        } catch (SQLException | FormatException e) {
            throw new StoreException("cannot read the outbox", e);
        }
    }

    /// Saves what is new in some logs.
    ///
    /// @throws StoreException when nothing was saved
    public void save(Collection<ValueLog> logs) {
        commit(capture(logs), Outbox.SAME);
    }

    /// What the file does not have yet of some logs. Copies references only, so it is quick.
    public List<Gain> capture(Collection<ValueLog> logs) {
        var gains = new ArrayList<Gain>(logs.size());
        for (ValueLog log : logs) {
            Stored before = stored.get(log.id());
            var sessions = new ArrayList<SessionGain>();
            for (SessionLog session : log.sessions()) {
                StoredSession known = before == null ? null : before.sessions.get(session.id());
                int from = known == null ? 0 : known.count();
                Signature signature = session.signature();
                if (signature == null || from == session.count()) {
                    continue;
                }
                int checkpoints = known == null ? 0 : known.checkpoints();
                sessions.add(
                        new SessionGain(
                                session.id(),
                                from,
                                List.copyOf(session.transactions().subList(from, session.count())),
                                signature,
                                checkpoints,
                                List.copyOf(
                                        session.checkpoints()
                                                .subList(
                                                        checkpoints,
                                                        session.checkpoints().size()))));
            }
            if (before == null || !sessions.isEmpty()) {
                gains.add(new Gain(log.header(), sessions));
            }
        }
        return gains;
    }

    /// Saves what was captured since the last commit.
    ///
    /// @throws StoreException when nothing was saved; then capture again
    public void commit(List<Gain> gains, Outbox outbox) {
        var next = new HashMap<CoId, Stored>();
        try (Statements statements = new Statements()) {
            for (Gain gain : gains) {
                next.put(gain.header.id(), save(statements, gain));
            }
            statements.finish();
            change("INSERT INTO outbox VALUES (?) ON CONFLICT DO NOTHING", outbox.added());
            change("DELETE FROM outbox WHERE value = ?", outbox.removed());
            connection.commit();
        } catch (SQLException e) {
            try {
                SqliteTransactions.undo(connection);
            } catch (SQLException second) {
                e.addSuppressed(second);
            }
            throw new StoreException("cannot save values", e);
        }
        next.forEach(
                (id, gained) -> {
                    Stored known = stored.putIfAbsent(id, gained);
                    if (known != null) {
                        known.sessions.putAll(gained.sessions);
                    }
                });
    }

    /// For tests of a full disk.
    void limitPages(int more) throws SQLException {
        SqliteTransactions.limitPages(connection, more);
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
                prepare(
                        "SELECT num, id, verified, signature FROM session"
                                + " WHERE value = ? ORDER BY num")) {
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

    /// The statements of one commit, each prepared once.
    private final class Statements implements AutoCloseable {
        private final PreparedStatement value =
                prepare("INSERT INTO value (id, header) VALUES (?, ?) RETURNING num");
        private final PreparedStatement session =
                prepare(
                        "INSERT INTO session (value, id, verified, signature) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (value, id) DO UPDATE"
                                + " SET verified = excluded.verified,"
                                + " signature = excluded.signature RETURNING num");
        private final PreparedStatement transaction =
                prepare("INSERT INTO tx VALUES (?, ?, ?, ?, ?, ?)");
        private final PreparedStatement checkpoint =
                prepare("INSERT INTO checkpoint VALUES (?, ?, ?)");

        Statements() throws SQLException {}

        void finish() throws SQLException {
            transaction.executeBatch();
            checkpoint.executeBatch();
        }

        @Override
        public void close() throws SQLException {
            value.close();
            session.close();
            transaction.close();
            checkpoint.close();
        }
    }

    private Stored save(Statements to, Gain gain) throws SQLException {
        Stored before = stored.get(gain.header.id());
        Stored after = new Stored(before == null ? insertValue(to, gain.header) : before.num);
        for (SessionGain session : gain.sessions) {
            to.session.setLong(1, after.num);
            to.session.setString(2, session.id().text());
            to.session.setInt(3, session.count());
            to.session.setString(4, session.signature().text());
            long num = number(to.session);
            insertTransactions(to.transaction, num, session);
            for (SessionLog.Checkpoint checkpoint : session.checkpoints()) {
                to.checkpoint.setLong(1, num);
                to.checkpoint.setInt(2, checkpoint.count());
                to.checkpoint.setString(3, checkpoint.signature().text());
                to.checkpoint.addBatch();
            }
            after.sessions.put(
                    session.id(),
                    new StoredSession(
                            num,
                            session.count(),
                            session.checkpointsBefore() + session.checkpoints().size()));
        }
        return after;
    }

    private static long insertValue(Statements to, Header header) throws SQLException {
        to.value.setString(1, header.id().text());
        to.value.setString(2, JsonText.compact(header.json()));
        return number(to.value);
    }

    private static void insertTransactions(PreparedStatement insert, long num, SessionGain session)
            throws SQLException {
        int place = session.from();
        for (Transaction transaction : session.transactions()) {
            insert.setLong(1, num);
            insert.setInt(2, place++);
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
    }

    private void change(String sql, Set<CoId> ids) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        try (var statement = prepare(sql)) {
            for (CoId id : ids) {
                statement.setString(1, id.text());
                statement.addBatch();
            }
            statement.executeBatch();
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
