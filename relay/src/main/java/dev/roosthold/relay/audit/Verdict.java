package dev.roosthold.relay.audit;

import java.util.List;

/// What the check of the log found.
///
/// @param entries how many there are
/// @param first number of the oldest entry that is kept; 0 when there is none
/// @param head the latest entry as it stands in the log; note it outside of the relay to check
///     against it later
/// @param problems what is wrong and where, in the order of the log; the first [#MAX_PROBLEMS]
/// @param problemCount how many there are
public record Verdict(
        long entries, long first, Head head, List<String> problems, long problemCount) {
    public static final int MAX_PROBLEMS = 100;

    public boolean intact() {
        return problemCount == 0;
    }
}
