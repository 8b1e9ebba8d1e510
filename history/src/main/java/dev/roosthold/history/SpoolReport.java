package dev.roosthold.history;

/// What was found in the spool.
///
/// @param added entries that are new in the database
/// @param rejected lines that are no entries; they are kept in a file
public record SpoolReport(int added, int rejected) {
    static final SpoolReport NOTHING = new SpoolReport(0, 0);
}
