package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// An account in the operator's list.
///
/// @param createdAtMs and `lastSeenMs` Unix milliseconds; the latter 0 when no device is left
/// @param bytes what its rows and attachments take, roughly
public record AccountOverview(
        AccountId id,
        long createdAtMs,
        long devices,
        long machines,
        long sessions,
        long messages,
        long bytes,
        long lastSeenMs) {

    private record Weight(long rows, long bytes) {
        static final Weight NOTHING = new Weight(0, 0);
    }

    /// All accounts, the oldest first. Looks at every row's length, so it takes a while where there
    /// is much.
    public static List<AccountOverview> list(Sql sql, List<OwnedRows> tables) throws SQLException {
        var all = new ArrayList<AccountOverview>();
        for (Accounts.Listed account : Accounts.list(sql)) {
            var weights = new HashMap<String, Weight>();
            for (OwnedRows table : tables) {
                weights.put(
                        table.table(),
                        sql.first(
                                        table.measure(),
                                        row -> new Weight(row.getLong(1), row.getLong(2)),
                                        account.id().value())
                                .orElse(Weight.NOTHING));
            }
            all.add(
                    new AccountOverview(
                            account.id(),
                            account.createdAtMs(),
                            weights.getOrDefault("device", Weight.NOTHING).rows(),
                            weights.getOrDefault("machine", Weight.NOTHING).rows(),
                            weights.getOrDefault("session", Weight.NOTHING).rows(),
                            weights.getOrDefault("message", Weight.NOTHING).rows(),
                            weights.values().stream().mapToLong(Weight::bytes).sum(),
                            Devices.lastSeenMs(sql, account.id())));
        }
        return all;
    }
}
