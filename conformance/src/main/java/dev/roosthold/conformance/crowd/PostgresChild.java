package dev.roosthold.conformance.crowd;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// PostgreSQL as a process of its own on an own folder and one port of this computer, which can be
/// killed without warning. Used by one thread.
public final class PostgresChild implements KillTrouble.Restart, AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int END_SECONDS = 20;
    private static final int LINES_KEPT = 40;

    /// Where Debian puts the programs, one folder for each version, which is in nobody's path.
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private static final String READY = "ready to accept connections";

    private final Path programs;
    private final Path data;
    private final int port;
    private Process process;

    private PostgresChild(Path programs, Path data, int port)
            throws IOException, InterruptedException {
        this.programs = programs;
        this.data = data;
        this.port = port;
        initialize();
        this.process = launch();
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
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        return new PostgresChild(programs, folder, port);
    }

    /// As relays take it.
    public String address() {
        return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
    }

    /// Kills its first process, after which the others end by themselves, and starts it again; it
    /// then repeats what had not reached its files.
    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        process = launch();
    }

    /// Returns when nothing of it writes to its folder any more.
    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void initialize() throws IOException, InterruptedException {
        Process made =
                new ProcessBuilder(
                                command(
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

    private Process launch() throws IOException, InterruptedException {
        Process launched =
                new ProcessBuilder(
                                command(
                                        "postgres",
                                        "-D",
                                        data.toString(),
                                        "-h",
                                        "127.0.0.1",
                                        "-p",
                                        Integer.toString(port),
                                        // No socket file: its path could be too long.
                                        "-k",
                                        "",
                                        "-c",
                                        "shared_buffers=64MB"))
                        .redirectErrorStream(true)
                        .start();
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Deque<String> lines = new ArrayDeque<>();
        Thread.ofVirtual().start(() -> follow(launched, ready, lines));
        try {
            if (ready.get(START_SECONDS, TimeUnit.SECONDS)) {
                return launched;
            }
        } catch (ExecutionException | TimeoutException e) {
            // Told below with what it printed.
        }
        launched.destroyForcibly();
        synchronized (lines) {
            throw new IOException("PostgreSQL did not start: " + String.join("\n", lines));
        }
    }

    /// Reads all its output, so that it is never held up, and keeps the latest lines.
    private static void follow(
            Process launched, CompletableFuture<Boolean> ready, Deque<String> lines) {
        try (BufferedReader out = launched.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                synchronized (lines) {
                    lines.addLast(line);
                    if (lines.size() > LINES_KEPT) {
                        lines.removeFirst();
                    }
                }
                if (line.contains(READY)) {
                    ready.complete(true);
                }
            }
        } catch (IOException e) {
            // It was killed.
        }
        ready.complete(false);
    }

    /// It does not run as root; seen from a user namespace of its own it is run by somebody else.
    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private void kill() throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        process.destroyForcibly();
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("PostgreSQL outlived its kill", e);
            }
        }
    }
}
