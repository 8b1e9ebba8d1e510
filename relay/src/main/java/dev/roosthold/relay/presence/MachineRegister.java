package dev.roosthold.relay.presence;

import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;

/// The rows of machines, as far as presence changes them. Writer thread only.
public interface MachineRegister {

    /// Writes a change of presence and announces the changed row; nothing if there is no such row.
    ///
    /// @return whether the row exists
    boolean saveStatus(Transaction tx, MachineKey machine, Activity activity) throws SQLException;

    /// Writes the time of the last activity alone.
    void saveActivity(Transaction tx, MachineKey machine, long activeAtMs) throws SQLException;
}
