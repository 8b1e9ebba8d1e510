package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sessions, and which of them were left out.
final class SessionRows {
    private final AccountRows accounts;

    /// What hangs on these is left out too.
    private final Set<String> leftOut = new HashSet<>();

    private record Stored(
            String account,
            long metadataVersion,
            long stateVersion,
            @Nullable String key,
            long seq) {}

    SessionRows(AccountRows accounts) {
        this.accounts = accounts;
    }

    /// The relay's account that has the session; null when there is no such session, or it is not
    /// the one of the other server.
    @Nullable String owner(Transaction tx, String session) throws SQLException {
        return leftOut.contains(session)
                ? null
                : tx.first(
                                "SELECT account_id FROM session WHERE id = ?",
                                row -> row.getString(1),
                                session)
                        .orElse(null);
    }

    Outcome write(Transaction tx, Entry.Session session) throws SQLException {
        String account = accounts.of(session.account());
        if (account == null) {
            leftOut.add(session.id());
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<Stored> found =
                tx.first(
                        "SELECT account_id, metadata_version, agent_state_version,"
                                + " data_encryption_key, message_seq FROM session WHERE id = ?",
                        row ->
                                new Stored(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getString(4),
                                        row.getLong(5)),
                        session.id());
        if (found.isEmpty()) {
            return insert(tx, account, session);
        }
        if (!found.get().account().equals(account)) {
            leftOut.add(session.id());
            return Outcome.problem(Finding.SESSION_OF_OTHER);
        }
        return update(tx, account, found.get(), session);
    }

    private Outcome insert(Transaction tx, String account, Entry.Session session)
            throws SQLException {
        // Its messages are still being deleted; new ones would go with them.
        if (tx.first("SELECT 1 FROM session_to_purge WHERE session_id = ?", _ -> true, session.id())
                .isPresent()) {
            leftOut.add(session.id());
            return Outcome.skipped(Finding.SESSION_DELETED);
        }
        boolean tagTaken =
                tx.first(
                                "SELECT 1 FROM session WHERE account_id = ? AND tag = ?",
                                _ -> true,
                                account,
                                session.tag())
                        .isPresent();
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO session (id, account_id, message_seq, updated_at, active, active_at,"
                        + " created_at, metadata_version, agent_state_version, tag,"
                        + " data_encryption_key, metadata, agent_state)"
                        + " VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
                session.id(),
                account,
                session.seq(),
                session.updatedAt(),
                session.activeAt(),
                session.createdAt(),
                session.metadataVersion(),
                session.agentStateVersion(),
                // A tag only finds a session again; the relay's own session keeps it.
                tagTaken ? session.tag() + "#" + session.id() : session.tag(),
                session.dataEncryptionKey(),
                session.metadata(),
                session.agentState());
        return tagTaken ? Outcome.imported(Finding.TAG_TAKEN) : Outcome.IMPORTED;
    }

    private Outcome update(Transaction tx, String account, Stored stored, Entry.Session session)
            throws SQLException {
        if (stored.key() != null && !stored.key().equals(session.dataEncryptionKey())) {
            leftOut.add(session.id());
            return Outcome.problem(Finding.OTHER_KEY);
        }
        boolean metadata = session.metadataVersion() > stored.metadataVersion();
        boolean state = session.agentStateVersion() > stored.stateVersion();
        boolean seq = session.seq() > stored.seq();
        if (!metadata && !state && !seq) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, account);
        if (metadata) {
            tx.execute(
                    "UPDATE session SET metadata = ?, metadata_version = ? WHERE id = ?",
                    session.metadata(),
                    session.metadataVersion(),
                    session.id());
        }
        if (state) {
            tx.execute(
                    "UPDATE session SET agent_state = ?, agent_state_version = ? WHERE id = ?",
                    session.agentState(),
                    session.agentStateVersion(),
                    session.id());
        }
        tx.execute(
                "UPDATE session SET data_encryption_key = ?, message_seq = max(message_seq, ?),"
                        + " active_at = max(active_at, ?), updated_at = max(updated_at, ?)"
                        + " WHERE id = ?",
                session.dataEncryptionKey(),
                session.seq(),
                session.activeAt(),
                session.updatedAt(),
                session.id());
        return Outcome.UPDATED;
    }
}
