package dev.roosthold.relay.imports;

import java.util.List;

/// What became of one entry.
///
/// @param findings what is to be said about it; the reason, when it was not taken
public record Outcome(Result result, List<Finding> findings) {

    public enum Result {
        /// It is there now and was not before.
        IMPORTED,
        /// The row was there, and something in it was older.
        UPDATED,
        /// The row was there, as new or newer.
        PRESENT,
        /// It was left out, and nothing is wrong with that.
        SKIPPED,
        /// It could not be taken.
        PROBLEM
    }

    static final Outcome IMPORTED = new Outcome(Result.IMPORTED, List.of());
    static final Outcome UPDATED = new Outcome(Result.UPDATED, List.of());
    static final Outcome PRESENT = new Outcome(Result.PRESENT, List.of());

    static Outcome present(Finding finding) {
        return new Outcome(Result.PRESENT, List.of(finding));
    }

    static Outcome imported(Finding finding) {
        return new Outcome(Result.IMPORTED, List.of(finding));
    }

    static Outcome skipped(Finding reason) {
        return new Outcome(Result.SKIPPED, List.of(reason));
    }

    static Outcome problem(Finding reason) {
        return new Outcome(Result.PROBLEM, List.of(reason));
    }
}
