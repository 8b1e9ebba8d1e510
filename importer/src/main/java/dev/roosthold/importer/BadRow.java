package dev.roosthold.importer;

/// A row that cannot be understood. The message is the same for all rows with the same fault, and
/// holds nothing of their content.
final class BadRow extends Exception {
    private static final long serialVersionUID = 1L;

    BadRow(String what) {
        super(what, null, false, false);
    }
}
