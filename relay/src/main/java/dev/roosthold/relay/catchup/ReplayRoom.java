package dev.roosthold.relay.catchup;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that all replays together may occupy, in characters. Thread-safe.
///
/// After an outage every client comes back at once, and a slow one reads its replay for minutes.
final class ReplayRoom {
    private static final long MOST = 256L << 20;

    private final AtomicLong free;

    ReplayRoom(long characters) {
        free = new AtomicLong(characters);
    }

    /// An eighth of the memory, at most 256 million characters.
    static ReplayRoom ofThisProcess() {
        return new ReplayRoom(Math.min(MOST, Runtime.getRuntime().maxMemory() / 8));
    }

    boolean take(long characters) {
        if (free.addAndGet(-characters) >= 0) {
            return true;
        }
        free.addAndGet(characters);
        return false;
    }

    void give(long characters) {
        free.addAndGet(characters);
    }
}
