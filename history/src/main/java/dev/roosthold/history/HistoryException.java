package dev.roosthold.history;

/// Something that the person must know before the history can go on.
public final class HistoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /// What it is.
    public enum Reason {
        /// There are no keys on this computer.
        NO_KEYS,
        /// The sync daemon has another account than the keys belong to.
        FOREIGN_ACCOUNT,
        /// The account was left for another one; this computer only reads.
        ROTATED,
        /// There is no such entry.
        NOT_FOUND,
        /// A value that cannot be taken.
        INVALID
    }

    HistoryException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
