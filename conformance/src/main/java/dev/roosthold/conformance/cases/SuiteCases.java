package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.better;
import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.hostile.ConnectSuite;
import dev.roosthold.conformance.hostile.PacketSuite;
import dev.roosthold.conformance.hostile.RestSuite;
import dev.roosthold.conformance.isolation.IsolationSuite;
import dev.roosthold.conformance.isolation.StoredRows;
import java.util.ArrayList;
import java.util.List;

/// The large suites, one line each, and one for what no client minds.
final class SuiteCases {
    private static final String MALFORMED = "malformed input";
    private static final String ISOLATION = "isolation";

    private final World world;

    /// What the suites of a group found that could be better: filled by its first cases, and read
    /// by its last.
    private final List<String> notBest = new ArrayList<>();

    private int suites;

    SuiteCases(World world) {
        this.world = world;
    }

    List<Case> isolation() {
        return List.of(
                required(
                        ISOLATION,
                        "every id of another account in every route and event",
                        "answered like nobody's, nothing leaks or changes",
                        () -> {
                            IsolationSuite.Report report =
                                    IsolationSuite.against(world.server(), StoredRows.UNSEEN);
                            remember(report.notBest());
                            return Seen.of(
                                    report.tries() + " answers compared", report.violations());
                        }),
                better(
                        ISOLATION,
                        "every one of them is answered",
                        "an error of the contract",
                        () -> couldBeBetter(1)),
                required(
                        ISOLATION,
                        "ways around CONNECT",
                        "nothing is reached, all are closed",
                        () -> Seen.of("10 tried", ConnectSuite.against(world.server()))));
    }

    List<Case> malformed() {
        return List.of(
                required(
                        MALFORMED,
                        "hostile requests",
                        "an error of the contract, never 5xx",
                        () -> {
                            RestSuite.Report report = RestSuite.against(world.server());
                            remember(report.notBest());
                            return Seen.of(report.requests() + " sent", report.violations());
                        }),
                required(
                        MALFORMED,
                        "hostile packets",
                        "an error or nothing, everybody else is served",
                        () -> {
                            PacketSuite.Report report = PacketSuite.against(world.server());
                            remember(report.notBest());
                            return Seen.of(report.packets() + " sent", report.violations());
                        }),
                better(
                        MALFORMED,
                        "every error says what is wrong",
                        "credentials first, the contract's words",
                        () -> couldBeBetter(2)));
    }

    private void remember(List<String> found) {
        notBest.addAll(found);
        suites++;
    }

    /// @param all the suites of the group, of which each has to have come to its end
    private Seen couldBeBetter(int all) {
        if (suites < all) {
            return Seen.wrong("could not be looked at");
        }
        return Seen.of(notBest.isEmpty() ? "all do" : "not all", notBest);
    }
}
