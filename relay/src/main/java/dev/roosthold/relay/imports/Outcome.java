package dev.roosthold.relay.imports;

import java.util.List;

/// What became of one entry.
///
/// @param findings what is to be said about it; the reason, when it was not taken
public record Outcome(Result result, List<Finding> findings) {

    public enum Result {
        /// It is there now and was not before.
        IMPORTED,
        /// The row was there; what was empty in it is filled now.
        COMPLETED,
        /// The row was there, and is the same.
        PRESENT,
        /// The row was there with something else in it, and was left as it is.
        CONFLICT,
        /// It was left out, and nothing is wrong with that.
        SKIPPED,
        /// It could not be taken.
        PROBLEM
    }

    static final Outcome IMPORTED = new Outcome(Result.IMPORTED, List.of());
    static final Outcome COMPLETED = new Outcome(Result.COMPLETED, List.of());
    static final Outcome PRESENT = new Outcome(Result.PRESENT, List.of());

    /// The row is there.
    ///
    /// @param same whether it has the content of the entry
    static Outcome found(boolean same) {
        return same ? PRESENT : conflict(Finding.OTHER_CONTENT);
    }

    /// The row is there.
    ///
    /// @param same whether it has the content and the versions of the entry
    /// @param newerHere whether a version of it is higher, and none lower, than the entry's
    static Outcome found(boolean same, boolean newerHere) {
        return !same && newerHere ? conflict(Finding.NEWER_HERE) : found(same);
    }

    static Outcome present(Finding finding) {
        return new Outcome(Result.PRESENT, List.of(finding));
    }

    static Outcome imported(Finding finding) {
        return new Outcome(Result.IMPORTED, List.of(finding));
    }

    static Outcome conflict(Finding finding) {
        return new Outcome(Result.CONFLICT, List.of(finding));
    }

    static Outcome skipped(Finding reason) {
        return new Outcome(Result.SKIPPED, List.of(reason));
    }

    static Outcome problem(Finding reason) {
        return new Outcome(Result.PROBLEM, List.of(reason));
    }
}
