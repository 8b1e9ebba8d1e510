package dev.roosthold.relay.presence;

import java.util.HashMap;
import java.util.Map;

/// What is known of one machine that has a socket, or had one a moment ago. Guarded by the map that
/// holds it.
final class Lease {
    /// When each socket was heard last.
    final Map<String, Long> heardAtMs = new HashMap<>();

    /// The machine has a row in its account.
    boolean registered;

    boolean online;

    /// The last socket broke; until then a new one keeps the machine online. 0: no grace.
    long graceEndsAtMs;

    long activeAtMs;

    /// What the row says, as far as it was written.
    long writtenActiveAtMs;

    /// Writes of a change that are not finished.
    int writing;

    /// The latest write of a change failed.
    boolean unsaved;

    Activity activity() {
        return new Activity(online, activeAtMs);
    }

    boolean idle() {
        return heardAtMs.isEmpty() && !online && writing == 0 && !unsaved;
    }
}
