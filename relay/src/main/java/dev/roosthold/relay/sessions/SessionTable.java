package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.SessionKey;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Every statement about the tables `session` and `session_to_purge`.
final class SessionTable {
    private static final String COLUMNS =
            "id, message_seq, metadata, metadata_version, agent_state, agent_state_version,"
                    + " data_encryption_key, active_at, created_at, updated_at, active";

    /// What a caller reaches; its parameters are account, machine, machine.
    private static final String REACHABLE =
            " account_id = ? AND (CAST(? AS TEXT) IS NULL OR creator_machine = ?)";

    /// Beyond every id.
    private static final String LAST_ID = "\uFFFF";

    private static final Comparator<StoredSession> NEWEST_FIRST =
            Comparator.comparingLong(StoredSession::updatedAt)
                    .thenComparing(session -> session.id().value())
                    .reversed();

    private SessionTable() {}

    /// Whether the session is within the caller's reach: in its account and, for the credential of
    /// a machine, made by that machine.
    static boolean isReachable(Sql sql, Caller caller, SessionId session) throws SQLException {
        String machine = machine(caller);
        return sql.first(
                        "SELECT 1 FROM session WHERE id = ? AND" + REACHABLE,
                        _ -> true,
                        session.value(),
                        caller.account().value(),
                        machine,
                        machine)
                .isPresent();
    }

    /// Whether the account has such a session, whoever made it.
    static boolean exists(Sql sql, AccountId account, SessionId session) throws SQLException {
        return sql.first(
                        "SELECT 1 FROM session WHERE id = ? AND account_id = ?",
                        _ -> true,
                        session.value(),
                        account.value())
                .isPresent();
    }

    /// Takes the next message numbers; the last one taken, or nothing when the session is out of
    /// reach.
    static OptionalLong takeMessageNumbers(
            Transaction tx, Caller caller, SessionId session, int count) throws SQLException {
        String machine = machine(caller);
        return tx.first(
                        "UPDATE session SET message_seq = message_seq + ?, updated_at = ?"
                                + " WHERE id = ? AND"
                                + REACHABLE
                                + " RETURNING message_seq",
                        row -> OptionalLong.of(row.getLong(1)),
                        count,
                        tx.nowMs(),
                        session.value(),
                        caller.account().value(),
                        machine,
                        machine)
                .orElse(OptionalLong.empty());
    }

    static Optional<StoredSession> find(Sql sql, Caller caller, SessionId session)
            throws SQLException {
        String machine = machine(caller);
        return sql.first(
                "SELECT " + COLUMNS + " FROM session WHERE id = ? AND" + REACHABLE,
                SessionTable::map,
                session.value(),
                caller.account().value(),
                machine,
                machine);
    }

    static Optional<StoredSession> findByTag(Sql sql, Caller caller, String tag)
            throws SQLException {
        String machine = machine(caller);
        return sql.first(
                "SELECT " + COLUMNS + " FROM session WHERE tag = ? AND" + REACHABLE,
                SessionTable::map,
                tag,
                caller.account().value(),
                machine,
                machine);
    }

    /// Adds a row that is active from now on; nothing when the account has the tag already.
    static Optional<StoredSession> insert(
            Transaction tx, Caller caller, SessionId session, Fresh fresh) throws SQLException {
        long now = tx.nowMs();
        return tx.first(
                "INSERT INTO session (id, account_id, creator_machine, tag, metadata, agent_state,"
                        + " data_encryption_key, active_at, created_at, updated_at, active,"
                        + " message_seq, metadata_version, agent_state_version)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0)"
                        + " ON CONFLICT (account_id, tag) DO NOTHING RETURNING "
                        + COLUMNS,
                SessionTable::map,
                session.value(),
                caller.account().value(),
                machine(caller),
                fresh.tag(),
                fresh.metadata(),
                fresh.agentState(),
                fresh.dataEncryptionKey(),
                now,
                now,
                now);
    }

    /// Replaces a field if its version is the expected one; otherwise false.
    static boolean replace(
            Transaction tx,
            Caller caller,
            SessionId session,
            VersionedField field,
            @Nullable String value,
            long expected)
            throws SQLException {
        String machine = machine(caller);
        return tx.execute(
                        switch (field) {
                            case METADATA ->
                                    "UPDATE session SET metadata = ?,"
                                            + " metadata_version = metadata_version + 1,"
                                            + " updated_at = ? WHERE id = ?"
                                            + " AND metadata_version = ? AND"
                                            + REACHABLE;
                            case AGENT_STATE ->
                                    "UPDATE session SET agent_state = ?,"
                                            + " agent_state_version = agent_state_version + 1,"
                                            + " updated_at = ? WHERE id = ?"
                                            + " AND agent_state_version = ? AND"
                                            + REACHABLE;
                        },
                        value,
                        tx.nowMs(),
                        session.value(),
                        expected,
                        caller.account().value(),
                        machine,
                        machine)
                > 0;
    }

    /// What the caller reaches, written last first.
    ///
    /// All rows are read in the order of the disk and sorted here, which takes half the time of a
    /// statement that sorts: the database would look up each row twice or carry the long texts
    /// along. Of an account with more than the limit only the numbers are sorted there first.
    static List<StoredSession> newest(Sql sql, Caller caller, int limit) throws SQLException {
        String machine = machine(caller);
        boolean all =
                sql.first(
                                "SELECT count(*) <= ? FROM session WHERE account_id = ?",
                                row -> row.getBoolean(1),
                                limit,
                                caller.account().value())
                        .orElse(false);
        var sessions =
                new ArrayList<>(
                        sql.list(
                                all
                                        ? "SELECT " + COLUMNS + " FROM session WHERE" + REACHABLE
                                        : "SELECT "
                                                + COLUMNS
                                                + " FROM (SELECT rowid AS place FROM session WHERE"
                                                + REACHABLE
                                                + " ORDER BY updated_at DESC, id DESC LIMIT "
                                                + limit
                                                + ") CROSS JOIN session ON session.rowid = place",
                                SessionTable::map,
                                caller.account().value(),
                                machine,
                                machine));
        sessions.sort(NEWEST_FIRST);
        return sessions;
    }

    /// What the caller reaches, by falling id.
    ///
    /// @param before only smaller ids
    /// @param changedAfterMs only what was written later
    static List<StoredSession> page(
            Sql sql, Caller caller, Optional<SessionId> before, long changedAfterMs, int limit)
            throws SQLException {
        String machine = machine(caller);
        return sql.list(
                "SELECT "
                        + COLUMNS
                        + " FROM session WHERE"
                        + REACHABLE
                        + " AND id < ? AND updated_at > ? ORDER BY id DESC LIMIT ?",
                SessionTable::map,
                caller.account().value(),
                machine,
                machine,
                before.map(SessionId::value).orElse(LAST_ID),
                changedAfterMs,
                limit);
    }

    /// The ids of what the caller reaches whose row says active.
    static List<SessionId> active(Sql sql, Caller caller) throws SQLException {
        String machine = machine(caller);
        return sql.list(
                "SELECT id FROM session WHERE active = 1 AND" + REACHABLE,
                row -> new SessionId(row.getString(1)),
                caller.account().value(),
                machine,
                machine);
    }

    /// Writes presence; false when there is no such row.
    static boolean saveStatus(Transaction tx, SessionKey key, Activity activity)
            throws SQLException {
        return tx.execute(
                        "UPDATE session SET active = ?, active_at = ?, updated_at = ?"
                                + " WHERE id = ? AND account_id = ?",
                        activity.active(),
                        activity.activeAtMs(),
                        tx.nowMs(),
                        key.session().value(),
                        key.account().value())
                > 0;
    }

    static void saveActivity(Transaction tx, SessionKey key, long activeAtMs) throws SQLException {
        tx.execute(
                "UPDATE session SET active_at = ?, updated_at = ? WHERE id = ? AND account_id = ?",
                activeAtMs,
                tx.nowMs(),
                key.session().value(),
                key.account().value());
    }

    /// Corrects what a relay that was killed left behind. Touches only the rows that say active,
    /// which have an index of their own.
    static void takeAllInactive(Transaction tx) throws SQLException {
        tx.execute("UPDATE session SET active = 0, updated_at = ? WHERE active = 1", tx.nowMs());
    }

    /// Removes a row, leaving its messages to be deleted later; false when there was none.
    static boolean delete(Transaction tx, Caller caller, SessionId session) throws SQLException {
        String machine = machine(caller);
        int deleted =
                tx.execute(
                        "DELETE FROM session WHERE id = ? AND" + REACHABLE,
                        session.value(),
                        caller.account().value(),
                        machine,
                        machine);
        if (deleted == 0) {
            return false;
        }
        tx.execute("INSERT INTO session_to_purge (session_id) VALUES (?)", session.value());
        return true;
    }

    /// A deleted session whose messages are not all deleted yet.
    static Optional<SessionId> toPurge(Sql sql) throws SQLException {
        return sql.first(
                "SELECT session_id FROM session_to_purge LIMIT 1",
                row -> new SessionId(row.getString(1)));
    }

    static void purged(Transaction tx, SessionId session) throws SQLException {
        tx.execute("DELETE FROM session_to_purge WHERE session_id = ?", session.value());
    }

    /// The machine whose credential the caller holds, null for an account's.
    static @Nullable String machine(Caller caller) {
        return switch (caller.scope()) {
            case Scope.Account() -> null;
            case Scope.Machine(var machine) -> machine.value();
        };
    }

    private static StoredSession map(ResultSet row) throws SQLException {
        return new StoredSession(
                new SessionId(row.getString(1)),
                row.getLong(2),
                row.getString(3),
                row.getInt(4),
                row.getString(5),
                row.getInt(6),
                row.getString(7),
                row.getBoolean(11),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10));
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "session",
                            "account_id",
                            "id",
                            "id, tag, creator_machine, message_seq, metadata, metadata_version,"
                                    + " agent_state, agent_state_version, data_encryption_key,"
                                    + " active_at, created_at, updated_at",
                            "octet_length(metadata) + coalesce(octet_length(agent_state), 0)"));

    static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute(
                "UPDATE session SET message_seq = message_seq + ?, skipped_seq = skipped_seq + ?,"
                        + " metadata_version = metadata_version + ?,"
                        + " agent_state_version = agent_state_version + ?",
                by,
                by,
                by,
                by);
    }
}
