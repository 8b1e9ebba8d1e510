package dev.roosthold.bench;

import dev.roosthold.relay.JazzServer;
import dev.roosthold.relay.jazz.JazzConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/// Our Jazz relay in a process of its own: prints its port and ends with its input.
final class BenchJazzRelay {
    private BenchJazzRelay() {}

    public static void main(String[] args) throws IOException {
        try (var server =
                JazzServer.start(
                        "127.0.0.1",
                        0,
                        Path.of(args[0]),
                        JazzConfig.USUAL.withSpaceBytes(16L << 30),
                        OptionalInt.empty())) {
            System.out.println("port " + server.port());
            while (System.in.read() >= 0) {
                // until the input ends
            }
        }
    }
}
