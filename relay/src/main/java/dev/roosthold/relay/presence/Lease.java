package dev.roosthold.relay.presence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is known of one key that is active, or was a moment ago, or has a socket. Guarded by the
/// map that holds it.
final class Lease {
    /// A connection scoped to the key.
    static final class Holder {
        final String socketId;

        /// When it was heard last.
        long heardAtMs;

        /// Whether it keeps the lease; not after its session was ended.
        boolean counts;

        Holder(String socketId, long heardAtMs, boolean counts) {
            this.socketId = socketId;
            this.heardAtMs = heardAtMs;
            this.counts = counts;
        }
    }

    /// By the number of the connection. Socket ids do not tell connections apart: a client that
    /// continues an earlier connection has its id.
    final Map<Long, Holder> holders = new HashMap<>();

    /// There is a row in the account.
    boolean registered;

    boolean active;

    /// Until then it stays active without a socket, waiting for one: its last socket broke, or it
    /// was just made. The next socket ends the waiting. 0: not waiting.
    long graceEndsAtMs;

    /// Until then it stays active because another socket said that it is alive. 0: nobody has.
    long vouchedUntilMs;

    /// Until then it was ended and no heartbeat revives it. 0: it was not.
    long endedUntilMs;

    long activeAtMs;

    /// What the latest heartbeat said.
    boolean thinking;

    /// What the row says, as far as it was written.
    long writtenActiveAtMs;

    /// Writes of a change that are not finished.
    int writing;

    /// The latest change is not on its way to the row: its write failed, or its turn is to come.
    boolean unsaved;

    /// Nor does anybody know of that change.
    boolean untold;

    /// What is to be done when the step that is under way is over. Empty between steps.
    final List<Runnable> afterwards = new ArrayList<>(0);

    Activity activity() {
        return new Activity(active, activeAtMs, active && thinking);
    }

    /// Whether a socket keeps it active.
    boolean isHeld() {
        for (Holder holder : holders.values()) {
            if (holder.counts) {
                return true;
            }
        }
        return false;
    }

    boolean isIdle() {
        return holders.isEmpty() && !active && endedUntilMs == 0 && writing == 0 && !unsaved;
    }
}
