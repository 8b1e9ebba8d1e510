package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;

/// Told what the operator does with an account, inside the transaction that does it.
@FunctionalInterface
public interface OperatorRecord {

    enum Action {
        /// The account is closed; its data goes in the same moment or soon after.
        ACCOUNT_DELETED,
        /// Its data is read out.
        ACCOUNT_EXPORTED,
        /// All its credentials end in the same moment.
        SIGNED_OUT
    }

    void record(Transaction tx, Action action, AccountId account) throws SQLException;
}
