package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.hostile.ConnectSuite;
import dev.roosthold.conformance.hostile.PacketSuite;
import dev.roosthold.conformance.hostile.RestSuite;
import dev.roosthold.conformance.isolation.IsolationSuite;
import dev.roosthold.conformance.isolation.StoredRows;
import java.util.List;

/// The large suites, one line each.
final class SuiteCases {
    private final World world;

    SuiteCases(World world) {
        this.world = world;
    }

    List<Case> isolation() {
        return List.of(
                required(
                        "isolation",
                        "every id of another account in every route and event",
                        "answered like nobody's, nothing leaks or changes",
                        () -> {
                            IsolationSuite.Report report =
                                    IsolationSuite.against(world.server(), StoredRows.UNSEEN);
                            return Seen.of(
                                    report.tries() + " answers compared", report.violations());
                        }),
                required(
                        "isolation",
                        "ways around CONNECT",
                        "nothing is reached, all are closed",
                        () -> Seen.of("10 tried", ConnectSuite.against(world.server()))));
    }

    List<Case> malformed() {
        return List.of(
                required(
                        "malformed input",
                        "hostile packets",
                        "an error or nothing, everybody else is served",
                        () -> {
                            PacketSuite.Report report = PacketSuite.against(world.server());
                            return Seen.of(report.packets() + " sent", report.violations());
                        }),
                required(
                        "malformed input",
                        "hostile requests",
                        "an error of the contract, never 5xx",
                        () -> {
                            RestSuite.Report report = RestSuite.against(world.server());
                            return Seen.of(report.requests() + " sent", report.violations());
                        }));
    }
}
