package dev.roosthold.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Options of the socket load run.
///
/// @param sockets idle connections in the memory part
/// @param seconds length of each measured stretch
/// @param rounds measured stretches of each kind and server, taken in turns
/// @param loops event loops of our server
/// @param handlers `prompt` or `virtual`: where our server runs handlers
/// @param jvmFlags of our server
record SocketLoadOptions(
        int sockets, int seconds, int rounds, int loops, String handlers, List<String> jvmFlags) {

    private static final List<String> JVM_FLAGS =
            List.of(
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "--enable-native-access=ALL-UNNAMED");

    static SocketLoadOptions parse(String... args) {
        int sockets = 10_000;
        int seconds = 6;
        int rounds = 2;
        int loops = 1;
        var handlers = "virtual";
        var flags = new ArrayList<>(JVM_FLAGS);
        for (int i = 0; i + 1 < args.length; i += 2) {
            var value = args[i + 1];
            switch (args[i]) {
                case "--sockets" -> sockets = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--loops" -> loops = Integer.parseInt(value);
                case "--handlers" -> handlers = value;
                case "--jvm" -> flags.addAll(Arrays.asList(value.split(" ")));
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        return new SocketLoadOptions(sockets, seconds, rounds, loops, handlers, List.copyOf(flags));
    }
}
