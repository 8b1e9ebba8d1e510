package dev.roosthold.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// How long `./roost up` takes from the command to the first answer, with its start-up cache and
/// without. The program must have been built by `./roost` before.
final class StartLoad {
    private static final int STARTS = 5;
    private static final int MESSAGES = 100_000;

    private StartLoad() {}

    static void run(Path folder, List<String> jvm, List<String> table, List<String> verdicts)
            throws Exception {
        double cold = median(folder.resolve("start-cold"), "-XX:AOTMode=off");
        double cached = median(folder.resolve("start-cached"), "");
        Path full = folder.resolve("start-full");
        fillAndKill(full, jvm);
        double afterKill = start(full, "");
        table.add(row("start without the start-up cache", cold));
        table.add(row("start with the start-up cache", cached));
        table.add(row("start after kill -9 with " + MESSAGES + " messages", afterKill));
        verdicts.add(verdict("start, s", cached, 1));
        verdicts.add(verdict("start after kill -9, s", afterKill, 2));
    }

    private static String verdict(String what, double millis, double bar) {
        return RelayLoad.verdict(what, millis / 1_000, millis < bar * 1_000, "below", bar);
    }

    /// Leaves a store as a killed relay does: with all that was written since its last checkpoint
    /// in the write-ahead log.
    private static void fillAndKill(Path data, List<String> jvm) throws Exception {
        try (var relay = ServerProcess.relay(jvm, data)) {
            var api = new RelayApi(relay.port());
            String token = api.signUp();
            String session = api.session(token, "full", 600);
            api.post(token, session, MESSAGES, 400);
            relay.kill();
        }
    }

    private static String row(String name, double millis) {
        return String.format(Locale.ROOT, "%-44s %10s %9.0f", name, "", millis);
    }

    private static double median(Path data, String jvmOptions) throws Exception {
        var millis = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            millis[i] = start(data, jvmOptions);
        }
        Arrays.sort(millis);
        return millis[STARTS / 2];
    }

    private static double start(Path data, String jvmOptions) throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var command =
                new ProcessBuilder(
                        "./roost",
                        "up",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        data.toString());
        command.environment().put("ROOST_JAVA_OPTS", jvmOptions);
        command.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        var http = HttpClient.newHttpClient();
        var health =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
        long begin = System.nanoTime();
        Process process = command.start();
        try {
            while (!answers(http, health)) {
                if (!process.isAlive() || System.nanoTime() - begin > 60e9) {
                    throw new IOException("roost up did not start");
                }
                Thread.sleep(5);
            }
            return (System.nanoTime() - begin) / 1e6;
        } finally {
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static boolean answers(HttpClient http, HttpRequest health)
            throws InterruptedException {
        try {
            return http.send(health, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
