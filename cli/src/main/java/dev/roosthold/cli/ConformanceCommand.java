package dev.roosthold.cli;

import dev.roosthold.conformance.cases.Conformance;
import dev.roosthold.conformance.cases.FaultVerdict;
import dev.roosthold.conformance.cases.Group;
import dev.roosthold.conformance.cases.Result;
import dev.roosthold.conformance.crowd.CrowdOptions;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.FaultRun;
import dev.roosthold.conformance.crowd.Trouble.Kind;
import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "conformance",
        description = {
            "Shows what a happy-compatible server does right and wrong: a line for each case, with"
                    + " what was expected and what was seen.",
            "The server must let new accounts in, and keeps the accounts that are made. Do not"
                    + " point it at a server that people use: it sends thousands of requests, many"
                    + " of them wrong on purpose."
        },
        footer = {
            "",
            "Exit status: 0 everything that is required is so; 1 something is not; 2 called wrongly;"
                    + " 4 the server cannot be reached."
        })
final class ConformanceCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DETAILS = 5;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Address of the server (default: http://127.0.0.1:3005).")
    private @Nullable URI server;

    @Option(
            names = "--second",
            paramLabel = "URL",
            description = "Address of another node of the same server.")
    private @Nullable URI second;

    @Option(
            names = "--faults",
            description = {
                "Also cuts, delays and silences the connections between clients and server; only"
                        + " for a server on this computer, or with --kills.",
                "With --kills the clock of a relay is set, too, and of a relay with a file of its"
                        + " own the disk fails and the power does; on Linux with a C compiler."
            })
    private boolean faults;

    @Option(
            names = "--kills",
            paramLabel = "N",
            description = {
                "Instead of asking a server: starts a relay of its own on an empty folder, kills it"
                        + " so many times while clients work, and judges everything they saw. A"
                        + " machine daemon is called meanwhile and killed once for ten of these."
            })
    private @Nullable Integer kills;

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = {
                "With --kills: two relays on this empty PostgreSQL database, to which nothing else"
                        + " happens, with a nats-server between them, which has to be installed."
                        + " One relay is killed at a time, and now and then the nats-server;"
                        + " clients go from one relay to the other."
            })
    private @Nullable String database;

    @Option(
            names = "--cluster",
            description = {
                "With --kills: two relays on a PostgreSQL of their own with a nats-server between"
                        + " them; both have to be installed. All four are killed, the two last"
                        + " once for ten kills of relays."
            })
    private boolean cluster;

    @Option(
            names = "--other",
            paramLabel = "ROOST",
            description = {
                "With --kills: the `roost` command of another version, which takes turns with this"
                        + " one whenever a relay is started. Both must be able to work on one"
                        + " database."
            })
    private @Nullable Path other;

    @Option(
            names = "--kill-folder",
            paramLabel = "DIR",
            description =
                    "Folder for the relay of --kills, kept afterwards (default: a temporary one).")
    private @Nullable Path folder;

    @Option(
            names = "--clients",
            defaultValue = "24",
            paramLabel = "N",
            description = "Clients that work at the same time in a run with --kills.")
    private int clients;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Repeats what was drawn in another run (default: a new one, printed).")
    private @Nullable Long seed;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "GROUP",
            description = "Runs these groups: ${COMPLETION-CANDIDATES}.")
    private @Nullable Set<Group> only;

    @Option(
            names = "--load",
            defaultValue = "5",
            paramLabel = "SECONDS",
            description = "How long many clients work at the same time in one case.")
    private int load;

    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        if ((database != null || cluster) && kills == null) {
            throw new CommandFailure(
                    (cluster ? "--cluster" : "--database") + " is of use only with --kills",
                    "It says what the relays that are killed stand on.",
                    ExitStatus.USAGE);
        }
        if (other != null && (kills == null || !Files.isExecutable(other))) {
            throw new CommandFailure(
                    kills == null
                            ? "--other is of use only with --kills"
                            : "--other " + other + " is not a program",
                    "It is the `roost` command of another version.",
                    ExitStatus.USAGE);
        }
        if (database != null && cluster) {
            throw new CommandFailure(
                    "--cluster and --database exclude each other",
                    "--cluster brings a PostgreSQL of its own, which it kills.",
                    ExitStatus.USAGE);
        }
        long drawn = seed == null ? System.nanoTime() % 1_000_000_000L : seed;
        if (kills != null) {
            return killRun(kills, drawn);
        }
        URI address = server == null ? URI.create("http://127.0.0.1:3005") : server;
        requireReachable("--server", address);
        if (second != null) {
            requireReachable("--second", second);
        }
        if (faults) {
            requireLoopback(address);
        }
        Conformance.Options options =
                new Conformance.Options(
                        plain(address),
                        Optional.ofNullable(second).map(ConformanceCommand::plain),
                        faults,
                        drawn,
                        only == null ? EnumSet.allOf(Group.class) : only,
                        Duration.ofSeconds(Math.max(1, load)));
        if (!json.wanted()) {
            System.out.println("seed " + drawn);
            System.out.println();
        }
        var printer = new Printer(json.wanted());
        Conformance.Summary summary = Conformance.run(options, printer::print);
        printer.end(summary, drawn);
        return summary.failures() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    // ---- the table

    /// Prints each result when it is known: some cases take long.
    private static final class Printer {
        private final boolean json;
        private String group = "";

        Printer(boolean json) {
            this.json = json;
        }

        void print(Result result) {
            if (json) {
                System.out.println(asJson(result));
                return;
            }
            if (!result.group().equals(group)) {
                group = result.group();
                System.out.println(Printable.line(group));
                System.out.printf("  %-4s  %-48s  %-44s  %s%n", "pass", "case", "expected", "seen");
            }
            System.out.printf(
                    "  %-4s  %-48s  %-44s  %s%n",
                    word(result),
                    Printable.line(result.name(), 48),
                    Printable.line(result.expected(), 44),
                    Printable.line(result.seen()));
            result.details().stream()
                    .limit(DETAILS)
                    .forEach(line -> System.out.println("        - " + Printable.line(line)));
            if (result.details().size() > DETAILS) {
                System.out.println(
                        "        - and " + (result.details().size() - DETAILS) + " more");
            }
        }

        /// What is not required fails nobody.
        private static String word(Result result) {
            return switch (result.grade()) {
                case REQUIRED -> result.passed() ? "yes" : "NO";
                case BETTER -> result.passed() ? "yes" : "no*";
                case EXTRA -> "-";
            };
        }

        private static String asJson(Result result) {
            ObjectNode line = JSON.createObjectNode();
            line.put("group", result.group());
            line.put("case", result.name());
            line.put("grade", result.grade().name().toLowerCase(Locale.ROOT));
            line.put("expected", result.expected());
            line.put("seen", result.seen());
            line.put("pass", result.passed());
            var details = line.putArray("details");
            result.details().forEach(details::add);
            return line.toString();
        }

        void end(Conformance.Summary summary, long seed) {
            if (json) {
                ObjectNode line = JSON.createObjectNode();
                line.put("cases", summary.cases());
                line.put("failures", summary.failures());
                line.put("seed", seed);
                System.out.println(line);
                return;
            }
            System.out.println();
            System.out.println(
                    summary.cases()
                            + " cases, "
                            + (summary.failures() == 0
                                    ? "everything that is required is so"
                                    : summary.failures() + " that are required failed")
                            + " (* not required, but better)");
        }
    }

    // ---- kills

    private int killRun(int count, long drawn) throws InterruptedException {
        if (count < 1 || clients < 1) {
            throw new CommandFailure("--kills and --clients are at least 1", "", ExitStatus.USAGE);
        }
        int accounts = Math.max(1, clients / 8);
        CrowdOptions options =
                CrowdOptions.of(drawn, Duration.ofDays(1))
                        .withCrowd(accounts, Math.ceilDiv(clients, accounts));
        if (!json.wanted()) {
            System.out.println("seed " + drawn);
        }
        try {
            Path data = folder == null ? Files.createTempDirectory("roost-kills") : folder;
            try {
                var run =
                        new FaultRun(
                                Launcher.command(),
                                Optional.ofNullable(other).map(path -> List.of(path.toString())),
                                data,
                                faultServer(),
                                count,
                                faults,
                                options);
                return verdict(run.run());
            } finally {
                if (folder == null) {
                    delete(data);
                }
            }
        } catch (IOException | WireException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "The run with --kills needs a relay that starts, and what it stands on.");
        }
    }

    private FaultRun.Server faultServer() {
        if (cluster) {
            return new FaultRun.Server.Whole();
        }
        return database == null ? new FaultRun.Server.One() : new FaultRun.Server.Two(database);
    }

    private int verdict(FaultRun.Report run) {
        CrowdReport report = run.crowd();
        List<Result> results = FaultVerdict.of(run);
        boolean holds = results.stream().noneMatch(Result::isFailure);
        if (!json.wanted()) {
            System.out.println(report.summary());
            if (!report.pauses().all().isEmpty()) {
                report.pauses().summary().forEach(System.out::println);
                System.out.println(report.calls().summary());
            }
            System.out.println(run.daemon().summary());
            System.out.println();
        }
        var printer = new Printer(json.wanted());
        results.forEach(printer::print);
        if (json.wanted()) {
            System.out.println(asJson(run, holds));
        } else {
            System.out.println();
            wrong(run).forEach(wrong -> System.out.println(Printable.text(wrong)));
            System.out.println(holds ? "It holds." : "It does not hold.");
        }
        return holds ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static List<String> wrong(FaultRun.Report run) {
        List<String> wrong = new ArrayList<>(run.crowd().wrong());
        wrong.addAll(run.daemon().wrong());
        return wrong;
    }

    private static ObjectNode asJson(FaultRun.Report run, boolean holds) {
        CrowdReport report = run.crowd();
        ObjectNode line = JSON.createObjectNode();
        line.put("seed", report.seed());
        line.put("kills", report.kills());
        line.put("powerFailures", report.count(Kind.POWER));
        line.put("diskFaults", report.count(Kind.DISK));
        line.put("clockJumps", report.count(Kind.CLOCK));
        line.put("linkFaults", report.count(Kind.LINK));
        line.put("daemonKills", run.daemon().kills());
        line.put("daemonCallsAnswered", run.daemon().answered());
        line.put("slowestOfflineMillis", run.daemon().slowestOfflineMillis());
        line.put("operations", report.operations());
        line.put("unanswered", report.verdict().unknown());
        line.put("acknowledged", report.acknowledged());
        line.put("holds", holds);
        if (!report.pauses().all().isEmpty()) {
            line.put("pauseP99Millis", report.pauses().quantileMillis(0.99));
            line.put("pauseMaxMillis", report.pauses().quantileMillis(1));
            line.put("callsAnswered", report.calls().answered());
            line.put("slowestCallErrorMillis", report.calls().slowestFailureMillis());
        }
        var wrong = line.putArray("wrong");
        wrong(run).forEach(wrong::add);
        return line;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (var files = Files.walk(folder)) {
            files.forEach(all::add);
        }
        for (Path path : all.reversed()) {
            Files.deleteIfExists(path);
        }
    }

    // ---- addresses

    private static URI plain(URI address) {
        return URI.create(address.toString().replaceFirst("/*$", ""));
    }

    private static void requireReachable(String option, URI address) throws InterruptedException {
        String advice = "It looks like http://127.0.0.1:3005 or https://relay.example.";
        try (HttpClient http = Http1.client().connectTimeout(Duration.ofSeconds(10)).build()) {
            http.send(
                    HttpRequest.newBuilder(address.resolve("/v1/sessions"))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    option + " " + address + " is not an address", advice, ExitStatus.USAGE);
        } catch (IOException e) {
            throw new CommandFailure(
                    option + ": no server answers at " + address, advice, ExitStatus.UNREACHABLE);
        }
    }

    private static void requireLoopback(URI address) {
        try {
            if (InetAddress.getByName(address.getHost()).isLoopbackAddress()
                    && address.getScheme().equals("http")) {
                return;
            }
        } catch (UnknownHostException e) {
            // It was reached a moment ago.
        }
        throw new CommandFailure(
                "--faults needs a server on this computer that speaks http",
                "What it breaks are the connections on this computer.",
                ExitStatus.USAGE);
    }
}
