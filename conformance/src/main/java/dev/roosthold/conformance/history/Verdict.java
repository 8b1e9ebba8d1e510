package dev.roosthold.conformance.history;

import java.util.List;

/// What a check found.
///
/// @param operations that were looked at
/// @param unknown operations without an answer
/// @param registers versioned registers among the subjects
/// @param streams streams among the subjects
/// @param violations the first ones, at most [HistoryChecker#MOST]
public record Verdict(
        long operations, long unknown, int registers, int streams, List<Violation> violations) {
    public Verdict {
        violations = List.copyOf(violations);
    }

    public boolean holds() {
        return violations.isEmpty();
    }

    /// One line.
    public String summary() {
        return operations
                + " operations ("
                + unknown
                + " without answer) on "
                + registers
                + " registers and "
                + streams
                + " streams: "
                + (holds() ? "linearizable" : violations.size() + " violations");
    }
}
