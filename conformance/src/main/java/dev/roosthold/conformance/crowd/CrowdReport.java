package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.Trouble.Kind;
import dev.roosthold.conformance.history.Rule;
import dev.roosthold.conformance.history.Verdict;
import dev.roosthold.conformance.history.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How a run went.
///
/// @param operations that clients began; what they heard without asking is not counted
/// @param acknowledged messages and values that were acknowledged as stored
/// @param heard events that arrived
/// @param cuts connections that ended
/// @param done how often each thing was done to the server and its links
/// @param slowestMillis the longest time from a request to its answer
/// @param verdict on all of it
/// @param pauses how long clients were without an acknowledged write
/// @param calls what became of the calls
/// @param troubles what else must not be: answers without sense, clients that did not come to rest
public record CrowdReport(
        long seed,
        long operations,
        long acknowledged,
        long heard,
        long cuts,
        Map<Trouble.Kind, Integer> done,
        long slowestMillis,
        Verdict verdict,
        Pauses pauses,
        CallReport calls,
        List<String> troubles) {
    public CrowdReport {
        done = Map.copyOf(done);
        troubles = List.copyOf(troubles);
    }

    /// How often something was ended without warning.
    public int kills() {
        return count(Kind.KILL) + count(Kind.POWER);
    }

    /// Everything else that was done to the server and its links.
    public int faults() {
        return count(Kind.LINK) + count(Kind.CLOCK) + count(Kind.DISK);
    }

    public int count(Kind kind) {
        return done.getOrDefault(kind, 0);
    }

    public boolean holds() {
        return verdict.holds() && troubles.isEmpty();
    }

    /// All that is wrong, in words.
    public List<String> wrong() {
        List<String> wrong = new ArrayList<>(troubles);
        verdict.violations().forEach(violation -> wrong.add(violation.toString()));
        return wrong;
    }

    /// One line.
    public String summary() {
        return "seed %d: %d operations (%d without answer), %d acknowledged, %d events, %d connections lost, %d kills, %d other faults, slowest answer %d ms: lost %d, duplicates %d, gaps %d, other violations %d"
                .formatted(
                        seed,
                        operations,
                        verdict.unknown(),
                        acknowledged,
                        heard,
                        cuts,
                        kills(),
                        faults(),
                        slowestMillis,
                        count(Rule.NOTHING_LOST),
                        count(Rule.ONE_NUMBER)
                                + count(Rule.ONCE_PER_CONNECTION)
                                + count(Rule.ONE_WINNER),
                        count(Rule.CONTIGUOUS_NUMBERS) + count(Rule.CONTIGUOUS_VERSIONS),
                        other());
    }

    private long other() {
        return wrong().size()
                - count(Rule.NOTHING_LOST)
                - count(Rule.ONE_NUMBER)
                - count(Rule.ONCE_PER_CONNECTION)
                - count(Rule.ONE_WINNER)
                - count(Rule.CONTIGUOUS_NUMBERS)
                - count(Rule.CONTIGUOUS_VERSIONS);
    }

    private long count(Rule rule) {
        return verdict.violations().stream().map(Violation::rule).filter(rule::equals).count();
    }
}
