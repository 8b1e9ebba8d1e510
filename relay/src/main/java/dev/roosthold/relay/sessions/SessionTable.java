package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Every statement about the table `session`.
final class SessionTable {
    private SessionTable() {}

    /// Whether the session is within the caller's reach: in its account and, for the credential of
    // a
    /// machine, made by that machine.
    static boolean isReachable(Sql sql, Caller caller, SessionId session) throws SQLException {
        String machine = machine(caller);
        return sql.first(
                        "SELECT 1 FROM session WHERE id = ? AND account_id = ?"
                                + " AND (? IS NULL OR creator_machine = ?)",
                        _ -> true,
                        session.value(),
                        caller.account().value(),
                        machine,
                        machine)
                .isPresent();
    }

    /// Takes the next message numbers; the last one taken, or nothing when the session is out of
    /// reach.
    static OptionalLong takeMessageNumbers(
            Transaction tx, Caller caller, SessionId session, int count) throws SQLException {
        String machine = machine(caller);
        return tx.first(
                        "UPDATE session SET message_seq = message_seq + ?, updated_at = ?"
                                + " WHERE id = ? AND account_id = ?"
                                + " AND (? IS NULL OR creator_machine = ?) RETURNING message_seq",
                        row -> OptionalLong.of(row.getLong(1)),
                        count,
                        tx.nowMs(),
                        session.value(),
                        caller.account().value(),
                        machine,
                        machine)
                .orElse(OptionalLong.empty());
    }

    /// The machine whose credential the caller holds, null for an account's.
    static @Nullable String machine(Caller caller) {
        return switch (caller.scope()) {
            case Scope.Account() -> null;
            case Scope.Machine(var machine) -> machine.value();
        };
    }
}
