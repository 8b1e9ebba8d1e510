package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;

/// Deletes accounts with all that belongs to them. Thread-safe; one account at a time is enough.
///
/// ```
/// close            one write: nobody signs in, all credentials end
/// be forgotten     one write for each account that knew it
/// delete pieces    many writes, each of a bounded number of rows, so that others go on
/// finish           one write: what came in between, and the account's own row
/// ```
///
/// After a crash it begins again and goes on with what is left.
public final class AccountDeletion {
    private static final int PIECE = 500;

    private final Store store;
    private final List<OwnedRows> tables;
    private final Surroundings surroundings;
    private final OperatorRecord record;

    /// What a deletion means outside the tables.
    public interface Surroundings {
        /// Ends what the account can do, as part of the first and of the last write.
        void close(Transaction tx, AccountId account) throws SQLException;

        /// Takes the account out of what one other account has.
        ///
        /// @return false when no other knows of it any more
        boolean forgetOne(Transaction tx, AccountId account) throws SQLException;

        /// Its rows are gone: forget the rest. May block.
        void gone(AccountId account);
    }

    /// @param tables what holds rows of an account, in an order in which they can be deleted
    public AccountDeletion(
            Store store, List<OwnedRows> tables, Surroundings surroundings, OperatorRecord record) {
        this.store = store;
        this.tables = List.copyOf(tables);
        this.surroundings = surroundings;
        this.record = record;
    }

    /// Deletes the account. Blocks until nothing is left of it.
    ///
    /// @return false when there is no such account
    public boolean run(AccountId account) {
        boolean known =
                store.writeNow(
                        tx -> {
                            if (!Accounts.close(tx, account)) {
                                return false;
                            }
                            record.record(tx, OperatorRecord.Action.ACCOUNT_DELETED, account);
                            surroundings.close(tx, account);
                            return true;
                        });
        if (!known) {
            return false;
        }
        boolean finished = false;
        while (!finished) {
            boolean remembered = true;
            while (remembered) {
                remembered = store.writeNow(tx -> surroundings.forgetOne(tx, account));
            }
            for (OwnedRows table : tables) {
                int deleted = PIECE;
                while (deleted == PIECE) {
                    deleted = store.writeNow(tx -> deleteSome(tx, table, account));
                }
            }
            finished = store.writeNow(tx -> finish(tx, account));
        }
        surroundings.gone(account);
        return true;
    }

    /// Requests that were on their way may have left something: it goes with the account's row or,
    /// when it is much, in another round.
    private boolean finish(Transaction tx, AccountId account) throws SQLException {
        surroundings.close(tx, account);
        if (surroundings.forgetOne(tx, account)) {
            return false;
        }
        for (OwnedRows table : tables) {
            if (deleteSome(tx, table, account) == PIECE) {
                return false;
            }
        }
        Accounts.delete(tx, account);
        return true;
    }

    private static int deleteSome(Transaction tx, OwnedRows table, AccountId account)
            throws SQLException {
        return tx.execute(table.deleteSome(), account.value(), PIECE);
    }
}
