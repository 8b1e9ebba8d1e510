package dev.roosthold.importer;

/// The import cannot begin or go on. Never names a password.
public final class ImportFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String advice;

    /// @param what one line, without a full stop
    /// @param advice what to do, one or more lines; may be empty
    public ImportFailure(String what, String advice) {
        super(what);
        this.advice = advice;
    }

    public String advice() {
        return advice;
    }
}
