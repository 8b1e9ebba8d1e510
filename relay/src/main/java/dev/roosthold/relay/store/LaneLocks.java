package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Keeps writes of one [Lane] apart, whichever connection of whichever program makes them, and a
/// write without a lane from all others. PostgreSQL only, with advisory locks, which end with the
/// transaction.
///
/// They are the first question of a transaction in READ COMMITTED: what it asks after that sees
/// what was committed until it got them, and while it holds them nobody else changes what belongs
/// to its lane. So a write is as safe as if it were alone, and is never undone because another one
/// was faster. SERIALIZABLE would see to the same, but undoes a third of the writes of eight busy
/// accounts, for what they have in common is the pages of an index (measured 2026-11).
final class LaneLocks {
    /// Held by a write without a lane, and shared by those with one.
    private static final long ALL = 7_304_611_822_545L;

    /// The kind of the locks of lanes, which are numbered by a hash: two lanes with the same number
    /// wait for each other now and then, nothing more.
    private static final int LANES = 1_919_905_652;

    private LaneLocks() {}

    /// Waits for as long as the connection waits for a lock.
    static void take(SqlConnection connection, @Nullable Lane lane) throws SQLException {
        if (lane == null) {
            connection.first("SELECT pg_advisory_xact_lock(?)", _ -> true, ALL);
        } else {
            connection.first(
                    "SELECT pg_advisory_xact_lock_shared(?),"
                            + " pg_advisory_xact_lock(?::int, ?::int)",
                    _ -> true,
                    ALL,
                    LANES,
                    lane.name().hashCode());
        }
    }
}
