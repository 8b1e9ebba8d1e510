package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.crowd.CallReport;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.DaemonReport;
import dev.roosthold.conformance.crowd.FaultRun;
import dev.roosthold.conformance.crowd.Trouble.Kind;
import dev.roosthold.conformance.history.Rule;
import dev.roosthold.conformance.history.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a run with faults says about each promise, one line for each.
public final class FaultVerdict {
    private static final String GROUP = "faults";
    private static final long LONGEST_ERROR_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 3_000;
    private static final long LATEST_OFFLINE_MILLIS = 10_000;

    private static final Set<Rule> LOST = Set.of(Rule.NOTHING_LOST);
    private static final Set<Rule> TWICE =
            Set.of(Rule.ONE_NUMBER, Rule.ONCE_PER_CONNECTION, Rule.ONE_WINNER);
    private static final Set<Rule> GAPS = Set.of(Rule.CONTIGUOUS_NUMBERS, Rule.CONTIGUOUS_VERSIONS);

    private FaultVerdict() {}

    /// Times are better when they are short, but not required: they are also those of the computer
    /// and of what else it does.
    public static List<Result> of(FaultRun.Report run) {
        List<Result> lines = of(run.crowd());
        ofDaemon(run.daemon(), lines);
        lines.add(done(run));
        return lines;
    }

    /// The same without a machine daemon.
    static List<Result> of(CrowdReport report) {
        List<Result> lines = new ArrayList<>();
        List<Violation> all = report.verdict().violations();
        lines.add(
                history(
                        "what was acknowledged is there",
                        "0 lost of " + report.acknowledged(),
                        " lost of " + report.acknowledged(),
                        all.stream().filter(one -> LOST.contains(one.rule())).toList()));
        lines.add(
                history(
                        "nothing is there twice",
                        "0 duplicates",
                        " duplicates in " + report.heard() + " events",
                        all.stream().filter(one -> TWICE.contains(one.rule())).toList()));
        lines.add(
                history(
                        "numbers and versions have no holes",
                        "0 gaps",
                        " gaps",
                        all.stream().filter(one -> GAPS.contains(one.rule())).toList()));
        lines.add(
                history(
                        "all of it is one history",
                        "no contradiction in " + report.operations() + " operations",
                        " contradictions",
                        all.stream()
                                .filter(
                                        one ->
                                                !LOST.contains(one.rule())
                                                        && !TWICE.contains(one.rule())
                                                        && !GAPS.contains(one.rule()))
                                .toList()));
        lines.add(
                line(
                        Grade.REQUIRED,
                        "answers make sense and everybody comes to rest",
                        "no trouble",
                        report.troubles().size() + " troubles",
                        report.troubles()));
        if (!report.pauses().all().isEmpty()) {
            ofNodes(report, lines);
        }
        return lines;
    }

    private static void ofNodes(CrowdReport report, List<Result> lines) {
        CallReport calls = report.calls();
        lines.add(
                line(
                        Grade.REQUIRED,
                        "no call is refused whose method is served",
                        "0 refused",
                        calls.refusedThoughServed() + " refused, " + calls.answered() + " answered",
                        calls.refusals()));
        lines.add(
                time(
                        "a call that fails does so at once",
                        LONGEST_ERROR_MILLIS,
                        calls.slowestFailureMillis(),
                        List.of(calls.summary())));
        lines.add(
                time(
                        "a client that tries again is served soon (p99)",
                        LONGEST_PAUSE_MILLIS,
                        report.pauses().quantileMillis(0.99),
                        report.pauses().summary()));
    }

    private static void ofDaemon(DaemonReport daemon, List<Result> lines) {
        lines.add(
                line(
                        Grade.REQUIRED,
                        "a machine's calls run once, it is shown as it is",
                        "nothing else",
                        daemon.wrong().size() + " otherwise, " + daemon.answered() + " answered",
                        daemon.wrong()));
        lines.add(
                time(
                        "a killed machine daemon is shown offline",
                        LATEST_OFFLINE_MILLIS,
                        daemon.slowestOfflineMillis(),
                        List.of(daemon.summary())));
    }

    /// What happened, for people.
    private static Result done(FaultRun.Report run) {
        CrowdReport crowd = run.crowd();
        String seen =
                "%d kills, %d power failures, %d disk faults, %d clock jumps, %d link faults"
                        .formatted(
                                crowd.count(Kind.KILL),
                                crowd.count(Kind.POWER),
                                crowd.count(Kind.DISK),
                                crowd.count(Kind.CLOCK),
                                crowd.count(Kind.LINK));
        List<String> leftOut = run.leftOut().stream().map(what -> "left out: " + what).toList();
        return new Result(GROUP, "what was done", Grade.EXTRA, "", seen, true, leftOut);
    }

    private static Result history(
            String name, String expected, String what, List<Violation> violations) {
        return line(
                Grade.REQUIRED,
                name,
                expected,
                violations.size() + what,
                violations.stream().map(Violation::toString).toList());
    }

    private static Result time(String name, long limitMillis, long millis, List<String> details) {
        boolean passed = millis < limitMillis;
        return new Result(
                GROUP,
                name,
                Grade.BETTER,
                "less than " + limitMillis + " ms",
                millis + " ms",
                passed,
                passed ? List.of() : details);
    }

    private static Result line(
            Grade grade, String name, String expected, String seen, List<String> wrong) {
        return new Result(GROUP, name, grade, expected, seen, wrong.isEmpty(), wrong);
    }
}
