package dev.roosthold.cli;

/// What `roost sync` and `roost history` end with. Numbers are never given another meaning.
final class SyncStatus {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    /// The sync daemon cannot be reached.
    static final int NO_DAEMON = 3;

    /// `roost sync init` or `join` has not been run on this computer.
    static final int NOT_INITIALISED = 4;

    /// A phrase or credentials that are not valid.
    static final int INVALID_PHRASE = 5;

    /// The relay cannot be reached.
    static final int NO_RELAY = 6;

    /// Some of it was done.
    static final int PARTLY = 7;

    private SyncStatus() {}
}
