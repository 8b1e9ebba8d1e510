package dev.roosthold.relay;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.attachments.Attachments;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.jazz.Jazz;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.operator.AccountDeletion;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.social.Social;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.concurrent.Executor;

/// What the deletion of an account means in a running relay: its sockets are closed and its tokens
/// are worth nothing from the first write on.
record LiveAccounts(
        Devices devices,
        Social social,
        Machines machines,
        Sessions sessions,
        Attachments attachments,
        Jazz jazz,
        Executor blocking)
        implements AccountDeletion.Surroundings {

    @Override
    public void close(Transaction tx, AccountId account) throws SQLException {
        devices.revokeAll(tx, account);
    }

    @Override
    public boolean forgetOne(Transaction tx, AccountId account) throws SQLException {
        return social.leaveOne(tx, account);
    }

    @Override
    public void gone(AccountId account) {
        machines.forget(account);
        sessions.forget(account);
        // Removes the files that have no row any more.
        attachments.tidyOn(blocking);
        jazz.deleteAccount(account);
    }
}
