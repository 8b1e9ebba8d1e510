package dev.roosthold.cli;

/// What the command ends with, for scripts. Documented in `docs/terminal.md`; numbers are never
/// given another meaning.
final class ExitStatus {
    static final int DONE = 0;

    /// Anything that has no number of its own.
    static final int FAILED = 1;

    /// Called or configured wrongly.
    static final int USAGE = 2;

    /// This computer is not signed in, or the relay does not know its credential any more.
    static final int NOT_SIGNED_IN = 3;

    /// The relay cannot be reached now; the same command may work later.
    static final int UNREACHABLE = 4;

    /// There is no such session, or more than one.
    static final int NOT_FOUND = 5;

    /// It did not happen in time.
    static final int TIMEOUT = 6;

    /// The agent's turn ended with a failure or was stopped.
    static final int TURN_FAILED = 7;

    private ExitStatus() {}
}
