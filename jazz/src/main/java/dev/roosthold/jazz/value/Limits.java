package dev.roosthold.jazz.value;

/// Numbers that every peer shares.
public final class Limits {
    /// Characters of changes in one transaction; more is refused.
    public static final int MAX_CHANGES = 1 << 20;

    /// After so many characters of changes a session remembers its signature, so that content
    /// can be cut there.
    public static final int CHECKPOINT = 100 * 1024;

    /// Transactions in one message of one session; more is refused before anything is allocated.
    public static final int MAX_TRANSACTIONS = 100_000;

    /// Sessions in one message.
    public static final int MAX_SESSIONS = 10_000;

    private Limits() {}
}
