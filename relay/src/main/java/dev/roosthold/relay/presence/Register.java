package dev.roosthold.relay.presence;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;

/// The rows of one kind, as far as presence changes them.
///
/// @param <K> names a row inside its account
public interface Register<K> {

    /// Whose row it is.
    AccountId account(K key);

    /// Writes a change of presence and announces the changed row; nothing if there is no such row.
    ///
    /// @return whether the row exists
    boolean saveStatus(Transaction tx, K key, Activity activity) throws SQLException;

    /// Whether there is such a row.
    boolean exists(Sql sql, K key) throws SQLException;

    /// Writes the time of the last activity alone.
    void saveActivity(Transaction tx, K key, long activeAtMs) throws SQLException;
}
