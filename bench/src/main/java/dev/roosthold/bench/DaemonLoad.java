package dev.roosthold.bench;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What the command line and the machine daemon cost: how long `roost --version` and `roost status`
/// take, and what a daemon that has nothing to do needs of memory and processor. Linux only.
///
/// Arguments: minutes of idleness (5), then the command to run: by default the `bin/roost` of the
/// distribution in `dist/target`, if one was built, else `./roost`. The start-up cache of a
/// distribution is made first.
public final class DaemonLoad {
    private static final int RUNS = 21;
    private static final int SETTLE_SECONDS = 20;
    private static final String MACHINE = "machine_of_benchmarks";
    private static final String SECRET = "a-secret-of-thirty-two-characters";
    private static final double TICKS_PER_SECOND = 100;
    private static final String WITHOUT_CACHE = "-XX:AOTMode=off";

    private final String roost;
    private final int idleSeconds;
    private final List<String> table = new ArrayList<>();

    private DaemonLoad(String roost, int idleSeconds) {
        this.roost = roost;
        this.idleSeconds = idleSeconds;
    }

    public static void main(String[] args) throws Exception {
        double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 5;
        String roost = Launcher.named(args, 1);
        Path parent = Path.of("bench/target");
        Files.createDirectories(parent);
        Path folder = Files.createTempDirectory(parent, "daemon-load").toAbsolutePath();
        new DaemonLoad(roost, (int) (minutes * 60)).run(folder);
        System.exit(0);
    }

    private void run(Path folder) throws Exception {
        System.out.println("measured is " + roost);
        Launcher.prepare(roost);
        System.out.printf(
                Locale.ROOT, "load %s; %d processors%n", Host.loadAverage(), Host.processors());
        Path home = folder.resolve("home");
        try (var relay = ServerProcess.relay(List.of("-XX:+UseSerialGC"), folder.resolve("data"))) {
            enrol(relay, home, folder);
            long pid = pid(home);
            try {
                double version = timed("roost --version", "", "--version");
                double status =
                        timed("roost status, daemon running", "", "status", "--home=" + home);
                double daemonStatus =
                        timed("roost daemon status", "", "daemon", "status", "--home=" + home);
                timed("roost --version, no start-up cache", WITHOUT_CACHE, "--version");
                timed("roost status, no start-up cache", WITHOUT_CACHE, "status", "--home=" + home);
                timed(
                        "roost daemon status, no start-up cache",
                        WITHOUT_CACHE,
                        "daemon",
                        "status",
                        "--home=" + home);
                idle(pid);
                table.forEach(System.out::println);
                System.out.println("load " + Host.loadAverage());
                verdict("roost --version, ms", version, 150);
                verdict("roost status, ms", status, 300);
                verdict("roost daemon status, ms", daemonStatus, 300);
                verdict("resident memory of the idle daemon, MB", residentMb, 80);
                verdict("processor of the idle daemon, %", cpuPercent, 0.2);
            } finally {
                command("", "daemon", "stop", "--home=" + home);
            }
        }
    }

    private double residentMb;
    private double cpuPercent;

    private static void verdict(String what, double value, double bar) {
        System.out.println(RelayLoad.verdict(what, value, value < bar, "below", bar));
    }

    private void enrol(ServerProcess relay, Path home, Path root) throws Exception {
        var api = new RelayApi(relay.port());
        api.call(
                "POST",
                "/v1/web/machines",
                api.signUp(),
                Map.of("machineId", MACHINE, "secret", SECRET, "name", "idle"));
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        int status =
                command(
                        "",
                        "enrol",
                        "--server=http://127.0.0.1:" + relay.port(),
                        "--token=" + MACHINE + ":" + SECRET,
                        "--account-key="
                                + Base64.getUrlEncoder().withoutPadding().encodeToString(key),
                        "--root=" + root,
                        "--home=" + home);
        if (status != 0) {
            throw new IOException("roost enrol ended with " + status);
        }
    }

    private static long pid(Path home) throws IOException {
        return Codec.parse(Files.readAllBytes(home.resolve("daemon.json"))).path("pid").asLong();
    }

    private int command(String jvmOptions, String... arguments)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(roost));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words);
        builder.environment().put("ROOST_JAVA_OPTS", jvmOptions);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("roost " + arguments[0] + " does not end");
        }
        return process.exitValue();
    }

    private double timed(String name, String jvmOptions, String... arguments) throws Exception {
        var millis = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long begin = System.nanoTime();
            int status = command(jvmOptions, arguments);
            millis[i] = (System.nanoTime() - begin) / 1e6;
            if (status != 0) {
                throw new IOException(name + " ended with " + status);
            }
        }
        Arrays.sort(millis);
        table.add(
                String.format(
                        Locale.ROOT,
                        "%-44s median %6.0f ms, least %6.0f, most %6.0f",
                        name,
                        millis[RUNS / 2],
                        millis[0],
                        millis[RUNS - 1]));
        return millis[RUNS / 2];
    }

    private void idle(long pid) throws Exception {
        Thread.sleep(SETTLE_SECONDS * 1_000L);
        long ticks = ticks(pid);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < idleSeconds * 1_000_000_000L) {
            residentMb = Math.max(residentMb, memory(pid, "VmRSS:"));
            Thread.sleep(Math.min(5_000, idleSeconds * 100L));
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        cpuPercent = (ticks(pid) - ticks) / TICKS_PER_SECOND / elapsed * 100;
        table.add(
                String.format(
                        Locale.ROOT,
                        "idle daemon over %.0f s: at most %.1f MB resident (%.1f anonymous, %.1f of"
                                + " files), %.3f %% of a processor",
                        elapsed,
                        residentMb,
                        memory(pid, "RssAnon:"),
                        memory(pid, "RssFile:"),
                        cpuPercent));
    }

    private static double memory(long pid, String field) throws IOException {
        for (String line :
                Files.readAllLines(
                        Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("the kernel does not tell " + field);
    }

    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
