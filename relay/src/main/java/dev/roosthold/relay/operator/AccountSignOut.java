package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.store.Store;

/// Ends all credentials of an account and leaves everything else. Whoever has its key signs in
/// again; a machine with a token does so by itself. Thread-safe.
public final class AccountSignOut {
    private final Store store;
    private final AccountDeletion.Surroundings surroundings;
    private final OperatorRecord record;

    /// @param surroundings ends what the account can do
    public AccountSignOut(
            Store store, AccountDeletion.Surroundings surroundings, OperatorRecord record) {
        this.store = store;
        this.surroundings = surroundings;
        this.record = record;
    }

    /// Signs the account out everywhere, in one write.
    ///
    /// @return false when there is no such account
    public boolean run(AccountId account) {
        return store.writeNow(
                tx -> {
                    if (!Accounts.exists(tx, account)) {
                        return false;
                    }
                    record.record(tx, OperatorRecord.Action.SIGNED_OUT, account);
                    surroundings.close(tx, account);
                    return true;
                });
    }
}
