package dev.roosthold.bench;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.limits.Rate;
import java.io.IOException;
import java.nio.file.Path;

/// The relay in a process of its own, as `roost up` starts it, on a free port and with the data
/// directory given. Load is no misuse here: the rate of events of one socket is raised, everything
/// else is as usual. Prints its port; ends when stdin ends.
final class RelayServer {
    private static final Rate EVENTS = new Rate(1_000_000, 1_000_000);

    private RelayServer() {}

    public static void main(String[] args) throws IOException {
        var limits = RelayConfig.Limits.USUAL.withSocketEvents(EVENTS);
        var config =
                RelayConfig.defaults()
                        .withPort(0)
                        .withDataDirectory(Path.of(args[0]))
                        .withLimits(limits);
        try (var relay = Relay.start(config)) {
            System.out.println("port " + relay.port());
            while (System.in.read() >= 0) {
                // waits for the end
            }
        }
        System.exit(0);
    }
}
