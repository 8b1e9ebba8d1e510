package dev.roosthold.relay.backup;

/// A backup could not be made or must not be used. The message is one line for the operator.
public final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String advice;

    public BackupException(String what, String advice) {
        super(what);
        this.advice = advice;
    }

    public BackupException(String what, String advice, Throwable cause) {
        super(what, cause);
        this.advice = advice;
    }

    /// What it means and what to do; may be empty.
    public String advice() {
        return advice;
    }
}
