package dev.roosthold.sync.store;

/// The database cannot do what it should.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /// What is the matter.
    public enum Kind {
        /// As many entries wait as may.
        QUEUE_FULL,
        /// No space left, no right to write, or a fault of the disk.
        UNWRITABLE
    }

    StoreException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /// Something that belongs to the database cannot be written.
    public static StoreException unwritable(String message) {
        return new StoreException(Kind.UNWRITABLE, message);
    }

    public Kind kind() {
        return kind;
    }
}
