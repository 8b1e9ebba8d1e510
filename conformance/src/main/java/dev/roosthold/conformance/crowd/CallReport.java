package dev.roosthold.conformance.crowd;

import java.util.List;
import java.util.Map;

/// What became of the calls between clients in a run. That each was answered once and run at most
/// once is judged elsewhere.
///
/// @param answered by their targets
/// @param errors how many were answered with each error
/// @param cut whose callers lost their connection before an answer could come
/// @param slowestFailureMillis the longest time to an error, from the call or from the fault that
///     came later
/// @param refusedThoughServed calls that were refused as if nobody served the method, although
///     somebody did all the time and nothing had been killed for a while
/// @param refusals who made these calls and where, and how long after which kill; for people
/// @param ofKilled calls that a target was running whose node was killed then
/// @param slowestOfKilledMillis the longest time from such a kill to the error
public record CallReport(
        long answered,
        Map<String, Long> errors,
        long cut,
        long slowestFailureMillis,
        long refusedThoughServed,
        List<String> refusals,
        long ofKilled,
        long slowestOfKilledMillis) {
    static final CallReport NONE = new CallReport(0, Map.of(), 0, 0, 0, List.of(), 0, 0);

    public CallReport {
        errors = Map.copyOf(errors);
    }

    /// One line.
    public String summary() {
        String counts =
                "calls: %d answered, %s, %d callers cut off; slowest error %d ms; %d were refused though served; %d were running on a killed node, their slowest error %d ms"
                        .formatted(
                                answered,
                                errors,
                                cut,
                                slowestFailureMillis,
                                refusedThoughServed,
                                ofKilled,
                                slowestOfKilledMillis);
        return refusals.isEmpty() ? counts : counts + "\n" + String.join("\n", refusals);
    }
}
