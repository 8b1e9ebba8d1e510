package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.accesskeys.AccessKey;

/// What became of a request for an access key.
sealed interface KeyOutcome {

    /// The key as it is now: read, made or written.
    record Found(AccessKey key) implements KeyOutcome {}

    /// The pair has no key yet.
    record Absent() implements KeyOutcome {}

    /// The pair has a key, so none was made; or one of another version, so it was not replaced.
    record Refused(AccessKey current) implements KeyOutcome {}

    /// Session or machine are absent, or not within the caller's reach.
    record OutOfReach() implements KeyOutcome {}
}
