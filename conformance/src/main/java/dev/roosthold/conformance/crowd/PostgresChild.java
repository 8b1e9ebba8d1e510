package dev.roosthold.conformance.crowd;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// PostgreSQL as a process of its own on an own folder and one port of this computer, which can be
/// killed without warning. Used by one thread.
public final class PostgresChild implements KillTrouble.Restart, AutoCloseable {
    private static final int START_SECONDS = 60;

    /// Where Debian puts the programs, one folder for each version, which is in nobody's path.
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private static final String READY = "ready to accept connections";

    private final ChildServer server;
    private final int port;

    private PostgresChild(ChildServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /// The folder of its programs on this computer; empty when it is not installed.
    public static Optional<Path> programs() throws IOException {
        List<Path> places = new ArrayList<>();
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .filter(place -> !place.isEmpty())
                .forEach(place -> places.add(Path.of(place)));
        if (Files.isDirectory(VERSIONS)) {
            try (Stream<Path> versions = Files.list(VERSIONS)) {
                versions.sorted(Comparator.reverseOrder())
                        .forEach(version -> places.add(version.resolve("bin")));
            }
        }
        return places.stream()
                .filter(place -> Files.isExecutable(place.resolve("postgres")))
                .filter(place -> Files.isExecutable(place.resolve("initdb")))
                .findFirst();
    }

    /// Starts it on a free port.
    ///
    /// @param folder for its data; is made
    /// @throws IOException when it is not installed or does not come up; the message has what it
    ///     printed last
    public static PostgresChild start(Path folder) throws IOException, InterruptedException {
        Path programs =
                programs()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "PostgreSQL is not installed (postgres, initdb)"));
        initialize(programs, folder);
        int port = ChildServer.freePort();
        List<String> command =
                command(
                        programs,
                        "postgres",
                        "-D",
                        folder.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        // No socket file: its path could be too long.
                        "-k",
                        "",
                        "-c",
                        "shared_buffers=64MB");
        return new PostgresChild(ChildServer.start("PostgreSQL", command, READY), port);
    }

    /// As relays take it.
    public String address() {
        return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
    }

    /// Kills its first process, after which the others end by themselves, and starts it again; it
    /// then repeats what had not reached its files.
    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        server.killAndRestart();
    }

    /// Returns when nothing of it writes to its folder any more.
    @Override
    public void close() {
        server.close();
    }

    private static void initialize(Path programs, Path data)
            throws IOException, InterruptedException {
        Process made =
                new ProcessBuilder(
                                command(
                                        programs,
                                        "initdb",
                                        "--pgdata",
                                        data.toString(),
                                        "--username",
                                        "postgres",
                                        "--auth",
                                        "trust",
                                        "--encoding",
                                        "UTF8",
                                        "--no-locale"))
                        .redirectErrorStream(true)
                        .start();
        String printed;
        try (BufferedReader out = made.inputReader()) {
            printed = String.join("\n", out.lines().toList());
        }
        if (!made.waitFor(START_SECONDS, TimeUnit.SECONDS) || made.exitValue() != 0) {
            throw new IOException("PostgreSQL made no database: " + printed);
        }
    }

    /// It does not run as root; seen from a user namespace of its own it is run by somebody else.
    private static List<String> command(Path programs, String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
