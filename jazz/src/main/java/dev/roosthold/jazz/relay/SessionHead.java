package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.crypto.RunningHash;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import org.jspecify.annotations.Nullable;

/// What is known of a session without its transactions. Relay thread only.
final class SessionHead {
    final SessionId id;

    /// 0 until it is in the file.
    long num;

    int count;

    /// Characters of all changes.
    long size;

    /// Characters of changes since the last checkpoint.
    long sinceCheckpoint;

    @Nullable Signature signature;

    /// Of all transactions; null until it is needed.
    @Nullable RunningHash hash;

    SessionHead(SessionId id) {
        this.id = id;
    }
}
