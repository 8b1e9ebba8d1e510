package dev.roosthold.conformance.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.crowd.CallReport;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.DaemonReport;
import dev.roosthold.conformance.crowd.FaultRun;
import dev.roosthold.conformance.crowd.Pauses;
import dev.roosthold.conformance.crowd.Pauses.Pause;
import dev.roosthold.conformance.crowd.Trouble.Kind;
import dev.roosthold.conformance.history.Rule;
import dev.roosthold.conformance.history.Verdict;
import dev.roosthold.conformance.history.Violation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FaultVerdictTest {
    private static final Pauses SHORT = new Pauses(List.of(new Pause("relay", 100, 50)));
    private static final Pauses LONG = new Pauses(List.of(new Pause("relay", 3_100, 50)));

    private static List<Result> verdict(
            List<Violation> violations, Pauses pauses, long refused, List<String> troubles) {
        List<String> refusals = refused == 0 ? List.of() : List.of(refused + " calls of ada");
        var calls = new CallReport(10, Map.of(), 0, 20, refused, refusals, 0, 0);
        var history = new Verdict(100, 2, 3, 4, violations);
        return FaultVerdict.of(
                new CrowdReport(
                        7,
                        100,
                        50,
                        40,
                        3,
                        Map.of(Kind.KILL, 2, Kind.LINK, 1),
                        9,
                        history,
                        pauses,
                        calls,
                        troubles));
    }

    private static List<Result> ofDaemon(long slowestOfflineMillis, List<String> wrong) {
        var crowd =
                new CrowdReport(
                        7,
                        100,
                        50,
                        40,
                        3,
                        Map.of(Kind.KILL, 3, Kind.POWER, 2),
                        9,
                        new Verdict(100, 2, 3, 4, List.of()),
                        new Pauses(List.of()),
                        new CallReport(0, Map.of(), 0, 0, 0, List.of(), 0, 0),
                        List.of());
        var daemon = new DaemonReport(1, slowestOfflineMillis, 900, 40, 2, wrong);
        return FaultVerdict.of(new FaultRun.Report(crowd, daemon, List.of("the disk")));
    }

    @Test
    void aMachineThatIsNotShownAsItIsFails() {
        assertThat(ofDaemon(6_000, List.of())).allMatch(Result::passed);
        assertThat(ofDaemon(6_000, List.of("call 7 ran twice")))
                .filteredOn(Result::isFailure)
                .singleElement()
                .satisfies(line -> assertThat(line.details()).containsExactly("call 7 ran twice"));
        assertThat(ofDaemon(11_000, List.of()))
                .noneMatch(Result::isFailure)
                .anyMatch(line -> !line.passed() && line.seen().equals("11000 ms"));
    }

    @Test
    void whatWasDoneAndWhatWasNotIsTold() {
        assertThat(ofDaemon(6_000, List.of()))
                .filteredOn(line -> line.name().equals("what was done"))
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.seen()).startsWith("3 kills, 2 power failures, 0 disk");
                            assertThat(line.details()).containsExactly("left out: the disk");
                        });
    }

    @Test
    void aRunWithoutAFindingHolds() {
        assertThat(verdict(List.of(), SHORT, 0, List.of())).hasSize(8).allMatch(Result::passed);
        assertThat(verdict(List.of(), new Pauses(List.of()), 0, List.of()))
                .as("calls and pauses are those of several relays")
                .hasSize(5)
                .allMatch(Result::passed);
    }

    @Test
    void eachFindingFailsOneLine() {
        for (Rule rule : Rule.values()) {
            assertThat(
                            verdict(
                                    List.of(new Violation(rule, "s", "1", List.of())),
                                    SHORT,
                                    0,
                                    List.of()))
                    .as("%s", rule)
                    .filteredOn(Result::isFailure)
                    .hasSize(1);
        }
        assertThat(verdict(List.of(), SHORT, 2, List.of()))
                .filteredOn(Result::isFailure)
                .singleElement()
                .satisfies(line -> assertThat(line.seen()).startsWith("2 refused"));
        assertThat(verdict(List.of(), SHORT, 0, List.of("a client failed")))
                .filteredOn(Result::isFailure)
                .singleElement()
                .satisfies(line -> assertThat(line.details()).containsExactly("a client failed"));
    }

    @Test
    void aLongPauseIsShownAndFailsNobody() {
        assertThat(verdict(List.of(), LONG, 0, List.of()))
                .noneMatch(Result::isFailure)
                .filteredOn(line -> !line.passed())
                .singleElement()
                .satisfies(line -> assertThat(line.seen()).isEqualTo("3100 ms"));
    }
}
