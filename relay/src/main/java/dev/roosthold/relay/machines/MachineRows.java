package dev.roosthold.relay.machines;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.machines.MachineGone;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.Register;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Numbers the changes of rows and announces them to web pages; the side of the rows that presence
/// writes.
final class MachineRows implements Register<MachineKey> {
    private final Router router;
    private final Presence<MachineKey> presence;
    private final List<Machines.WhenOffline> whenOffline = new CopyOnWriteArrayList<>();

    /// @param leases makes the presence that will write through this object
    MachineRows(Router router, PresenceMaker leases) {
        this.router = router;
        this.presence = leases.with(this);
    }

    /// Has a feature take part in the write that says that a machine is offline.
    void whenOffline(Machines.WhenOffline then) {
        whenOffline.add(then);
    }

    /// Presence and the rows need each other.
    interface PresenceMaker {
        Presence<MachineKey> with(Register<MachineKey> register);
    }

    Presence<MachineKey> presence() {
        return presence;
    }

    Activity activity(StoredMachine machine) {
        return presence.now(machine.key(), machine.stored());
    }

    /// Gives a row that was just changed its number and announces it after the commit.
    ///
    /// @return the row as it is now
    StoredMachine changed(Transaction tx, MachineKey key) throws SQLException {
        MachineTable.saveRev(tx, key, MachineTable.nextRev(tx, key.account()));
        StoredMachine row =
                MachineTable.find(tx, key)
                        .orElseThrow(() -> new IllegalStateException("no machine " + key));
        // The status is read when it is told: a row must not say what is over.
        tx.afterCommit(() -> router.machineRow(row.account(), webView(row)));
        return row;
    }

    /// Announces a row that was just deleted.
    void gone(Transaction tx, MachineKey key) throws SQLException {
        var gone = new MachineGone(key.machine(), MachineTable.nextRev(tx, key.account()));
        tx.afterCommit(() -> router.machineGone(key.account(), gone));
    }

    MachineRow webView(StoredMachine machine) {
        return machine.webView(activity(machine));
    }

    @Override
    public AccountId account(MachineKey machine) {
        return machine.account();
    }

    @Override
    public boolean saveStatus(Transaction tx, MachineKey machine, Activity activity)
            throws SQLException {
        if (!MachineTable.saveStatus(tx, machine, activity)) {
            return false;
        }
        if (!activity.active()) {
            MachineTable.takeAssistantsOffline(tx, machine);
            for (Machines.WhenOffline then : whenOffline) {
                then.run(tx, machine.account(), machine.machine());
            }
        }
        changed(tx, machine);
        return true;
    }

    @Override
    public boolean exists(Sql sql, MachineKey machine) throws SQLException {
        return MachineTable.exists(sql, machine);
    }

    @Override
    public void saveActivity(Transaction tx, MachineKey machine, long activeAtMs)
            throws SQLException {
        MachineTable.saveActivity(tx, machine, activeAtMs);
    }
}
