package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.accesskeys.AccessKey;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The access keys of all accounts. Thread-safe.
public final class AccessKeys {
    private final Store store;

    public AccessKeys(Store store) {
        this.store = store;
    }

    KeyOutcome find(Caller caller, Pair pair) {
        return store.readNow(sql -> isReachable(sql, caller, pair) ? read(sql, pair) : unreached());
    }

    KeyOutcome create(Caller caller, Pair pair, String data) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    if (!isReachable(tx, caller, pair)) {
                        return unreached();
                    }
                    boolean made = AccessKeyTable.insert(tx, pair, data);
                    return made ? read(tx, pair) : refused(tx, pair);
                });
    }

    KeyOutcome replace(Caller caller, Pair pair, String data, int expectedVersion) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    if (!isReachable(tx, caller, pair)) {
                        return unreached();
                    }
                    boolean written = AccessKeyTable.replace(tx, pair, data, expectedVersion);
                    return written ? read(tx, pair) : refused(tx, pair);
                });
    }

    private static boolean isReachable(Sql sql, Caller caller, Pair pair) throws SQLException {
        return Sessions.isReachable(sql, caller, pair.session())
                && Machines.isReachable(sql, caller, pair.machine());
    }

    private static KeyOutcome read(Sql sql, Pair pair) throws SQLException {
        Optional<AccessKey> key = AccessKeyTable.find(sql, pair);
        return key.isPresent() ? new KeyOutcome.Found(key.get()) : new KeyOutcome.Absent();
    }

    private static KeyOutcome refused(Sql sql, Pair pair) throws SQLException {
        Optional<AccessKey> key = AccessKeyTable.find(sql, pair);
        return key.isPresent() ? new KeyOutcome.Refused(key.get()) : new KeyOutcome.Absent();
    }

    private static KeyOutcome unreached() {
        return new KeyOutcome.OutOfReach();
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return AccessKeyTable.OF_ACCOUNT;
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        AccessKeyTable.renumber(tx, by);
    }
}
