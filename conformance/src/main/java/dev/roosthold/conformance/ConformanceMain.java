package dev.roosthold.conformance;

import dev.roosthold.conformance.hostile.ConnectSuite;
import dev.roosthold.conformance.hostile.PacketSuite;
import dev.roosthold.conformance.hostile.RestSuite;
import dev.roosthold.conformance.isolation.IsolationSuite;
import dev.roosthold.conformance.isolation.StoredRows;
import dev.roosthold.conformance.replay.Replay;
import dev.roosthold.conformance.replay.ReplayException;
import dev.roosthold.conformance.replay.ReplayReport;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.util.List;

/// Command line of the suites: `ConformanceMain <server address>`.
///
/// Runs all suites and prints each difference and violation and a summary. Exit code 0 when there
/// is none, 1 when there is one, 2 when a suite could not run.
public final class ConformanceMain {
    private ConformanceMain() {}

    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("usage: ConformanceMain <address, e.g. http://127.0.0.1:3005>");
            System.exit(2);
        }
        System.exit(run(URI.create(args[0])));
    }

    private static int run(URI server) {
        try {
            int found =
                    replay(server)
                            + packets(server)
                            + requests(server)
                            + connect(server)
                            + isolation(server);
            return found == 0 ? 0 : 1;
        } catch (ReplayException | WireException e) {
            System.err.println("error: " + e.getMessage());
            return 2;
        }
    }

    private static int replay(URI server) {
        ReplayReport report = Replay.against(server);
        report.allowancesNotUsed().forEach(entry -> System.out.println("did not occur: " + entry));
        return print("Recorded exchanges", report.summary(), report.unexpected());
    }

    private static int packets(URI server) {
        PacketSuite.Report report = PacketSuite.against(server);
        report.notOffered().forEach(event -> System.out.println("not offered: " + event));
        return print("Hostile packets", report.packets() + " sent", report.violations());
    }

    private static int requests(URI server) {
        RestSuite.Report report = RestSuite.against(server);
        report.notOffered().forEach(route -> System.out.println("not offered: " + route));
        return print("Hostile requests", report.requests() + " sent", report.violations());
    }

    private static int connect(URI server) {
        return print("Ways around CONNECT", "10 tried", ConnectSuite.against(server));
    }

    private static int isolation(URI server) {
        IsolationSuite.Report report = IsolationSuite.against(server, StoredRows.UNSEEN);
        report.notOffered().forEach(route -> System.out.println("not offered: " + route));
        return print("Isolation", report.tries() + " answers compared", report.violations());
    }

    private static int print(String suite, String summary, List<String> found) {
        found.forEach(System.out::println);
        System.out.println(suite + ": " + summary + ", " + found.size() + " violations");
        return found.size();
    }
}
