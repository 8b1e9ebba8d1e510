package dev.roosthold.bench;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// A command history through a relay: every command is a map and an item of one feed, written and
/// confirmed, then loaded by a second device that has nothing. The Java client and the published
/// JavaScript one take turns at the relay made of the published packages and at ours; each in a
/// process of its own that has just started.
public final class HistoryLoad {
    private static final String PAYLOAD = "A".repeat(300);
    private static final double BAR_SECONDS = 6;

    private HistoryLoad() {}

    public static void main(String[] args) throws Exception {
        int entries = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        var npm = Path.of("bench/target/jazz-npm");
        System.out.printf(
                Locale.ROOT,
                "%d entries, %d processors, load %s, fsync %.2f ms%n",
                entries,
                Host.processors(),
                Host.loadAverage(),
                Host.fsyncMs(Path.of("bench/target")));
        System.out.printf(
                Locale.ROOT,
                "%-10s %-14s %8s %8s %8s %10s %10s %9s%n",
                "relay",
                "client",
                "write s",
                "synced s",
                "load s",
                "client CPU",
                "relay CPU",
                "relay MB");
        for (int round = 0; round < rounds; round++) {
            var data = Files.createTempDirectory(Path.of("bench/target"), "jazz");
            for (boolean ours : new boolean[] {false, true}) {
                Row js;
                Row java;
                try (var relay = relay(ours, npm, data.resolve(ours + "-js"))) {
                    js = measure(relay, entries, false, npm);
                }
                try (var relay = relay(ours, npm, data.resolve(ours + "-java"))) {
                    java = measure(relay, entries, true, npm);
                }
                System.out.printf(
                        Locale.ROOT,
                        "Java is %.1f times as fast in writing, %.1f times in loading%s%n",
                        js.synced() / java.synced(),
                        js.load() / java.load(),
                        verdict(ours, java));
            }
        }
        System.out.println("load average at the end: " + Host.loadAverage());
        System.exit(0);
    }

    private static ServerProcess relay(boolean ours, Path npm, Path data) throws IOException {
        return ours ? ServerProcess.jazz(data) : ServerProcess.jazzNpm(npm, data.toAbsolutePath());
    }

    /// The relay that is not ours computes on one processor, and no client is served faster than
    /// that.
    private static String verdict(boolean ours, Row row) {
        if (row.synced() < BAR_SECONDS && row.load() < BAR_SECONDS) {
            return "; both under 6 s";
        }
        return ours
                ? "; the bar of 6 s is missed"
                : String.format(
                        Locale.ROOT,
                        "; the published relay itself computed %.1f s of the %.1f s for what Java"
                                + " wrote",
                        row.relayCpu(),
                        row.synced());
    }

    /// Seconds.
    ///
    /// @param relayCpu processor time of the relay until it had confirmed everything
    private record Row(double synced, double load, double relayCpu) {}

    private static Row measure(ServerProcess relay, int entries, boolean java, Path npm)
            throws IOException {
        byte[] seed = new byte[32];
        new Random().nextBytes(seed);
        String url = "ws://127.0.0.1:" + relay.port();
        double relayBefore = relay.cpuSeconds();
        Json.Obj written;
        double clientCpu;
        try (var writer = new Client(java, npm)) {
            var account =
                    writer.call(
                            "create",
                            Map.of(
                                    "seed", Json.of(HexFormat.of().formatHex(seed)),
                                    "name", Json.of("Ada"),
                                    "url", Json.of(url)));
            written =
                    writer.call(
                            "writeEntries",
                            Map.of("count", Json.of(entries), "payload", Json.of(PAYLOAD)));
            clientCpu = ServerProcess.cpuSeconds(writer.process.pid());
            double relayCpu = relay.cpuSeconds() - relayBefore;
            try (var reader = new Client(java, npm)) {
                var login = new LinkedHashMap<>(account.members());
                login.put("url", Json.of(url));
                reader.call("login", login);
                var loaded =
                        reader.call(
                                "readEntries",
                                Map.of("feed", get(written, "feed"), "count", Json.of(entries)));
                clientCpu += ServerProcess.cpuSeconds(reader.process.pid());
                if (number(loaded, "found") != entries) {
                    System.out.printf(
                            Locale.ROOT, "WRONG: %.0f entries found%n", number(loaded, "found"));
                }
                var row =
                        new Row(
                                number(written, "synced") / 1000,
                                number(loaded, "loaded") / 1000,
                                relayCpu);
                System.out.printf(
                        Locale.ROOT,
                        "%-10s %-14s %8.2f %8.2f %8.2f %10.1f %10.1f %9d%n",
                        relay.name(),
                        java ? "Java" : "cojson 0.20.19",
                        number(written, "write") / 1000,
                        row.synced(),
                        row.load(),
                        clientCpu,
                        relay.cpuSeconds() - relayBefore,
                        relay.residentBytes() >> 20);
                return row;
            }
        }
    }

    private static Json get(Json.Obj object, String name) {
        Json value = object.get(name);
        return value == null ? Json.NULL : value;
    }

    private static double number(Json.Obj object, String name) {
        return get(object, name) instanceof Json.Num(double number) ? number : -1;
    }

    /// A client that takes a command per line.
    private static final class Client implements AutoCloseable {
        final Process process;
        private final BufferedReader out;
        private final Writer in;
        private int count;

        Client(boolean java, Path npm) throws IOException {
            List<String> command =
                    java
                            ? List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseCompactObjectHeaders",
                                    // A program that lives for seconds is done before the
                                    // optimising compiler has earned what it costs.
                                    "-XX:TieredStopAtLevel=1",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    HistoryLoadClient.class.getName())
                            : List.of("node", npm.resolve("client.mjs").toString());
            process =
                    new ProcessBuilder(new ArrayList<>(command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            out = process.inputReader(StandardCharsets.UTF_8);
            in = process.outputWriter(StandardCharsets.UTF_8);
        }

        Json.Obj call(String command, Map<String, Json> arguments) throws IOException {
            var members = new LinkedHashMap<>(arguments);
            members.put("n", Json.of(++count));
            members.put("cmd", Json.of(command));
            in.write(JsonText.compact(new Json.Obj(members)) + "\n");
            in.flush();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                try {
                    if (Json.parse(line) instanceof Json.Obj answer
                            && answer.get("result") instanceof Json.Obj result) {
                        return result;
                    }
                } catch (FormatException e) {
                    // Libraries print, too.
                }
                System.err.println(line);
            }
            throw new IOException("the client has ended");
        }

        @Override
        public void close() throws IOException {
            in.close();
            process.destroy();
        }
    }
}
