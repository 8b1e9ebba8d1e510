package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Objects;
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
            String metadata,
            long metadataVersion,
            @Nullable String state,
            long stateVersion,
            @Nullable String key) {}

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
                        "SELECT account_id, metadata, metadata_version, agent_state,"
                                + " agent_state_version, data_encryption_key"
                                + " FROM session WHERE id = ?",
                        row ->
                                new Stored(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getLong(3),
                                        row.getString(4),
                                        row.getLong(5),
                                        row.getString(6)),
                        session.id());
        if (found.isEmpty()) {
            return insert(tx, account, session);
        }
        if (!found.get().account().equals(account)) {
            leftOut.add(session.id());
            return Outcome.problem(Finding.SESSION_OF_OTHER);
        }
        return compare(found.get(), session);
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

    private Outcome compare(Stored stored, Entry.Session session) {
        if (!Objects.equals(stored.key(), session.dataEncryptionKey())) {
            // Nobody could read its messages.
            leftOut.add(session.id());
            return Outcome.conflict(Finding.OTHER_KEY);
        }
        return Outcome.found(
                session.metadata().equals(stored.metadata())
                        && session.metadataVersion() == stored.metadataVersion()
                        && Objects.equals(session.agentState(), stored.state())
                        && session.agentStateVersion() == stored.stateVersion(),
                stored.metadataVersion() >= session.metadataVersion()
                        && stored.stateVersion() >= session.agentStateVersion()
                        && stored.metadataVersion() + stored.stateVersion()
                                > session.metadataVersion() + session.agentStateVersion());
    }
}
