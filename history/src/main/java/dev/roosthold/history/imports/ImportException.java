package dev.roosthold.history.imports;

/// A file is no history of the kind that was expected. The message names the file and the reason.
public final class ImportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImportException(String message) {
        super(message);
    }
}
