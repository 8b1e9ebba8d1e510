package dev.roosthold.conformance.replay;

import java.net.URI;

/// Command line of the replay: `ReplayMain <server address>`. Prints every difference that is not
/// allowed and a summary; exit code 0 when there is none, 1 when there is, 2 when it could not run.
public final class ReplayMain {
    private ReplayMain() {}

    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("usage: ReplayMain <server address, e.g. http://127.0.0.1:3005>");
            System.exit(2);
        }
        System.exit(run(URI.create(args[0])));
    }

    private static int run(URI server) {
        try {
            ReplayReport report = Replay.against(server);
            report.unexpected().forEach(System.out::println);
            report.allowancesNotUsed()
                    .forEach(entry -> System.out.println("did not occur: " + entry));
            System.out.println(report.summary());
            return report.unexpected().isEmpty() ? 0 : 1;
        } catch (ReplayException e) {
            System.err.println("error: " + e.getMessage());
            return 2;
        }
    }
}
