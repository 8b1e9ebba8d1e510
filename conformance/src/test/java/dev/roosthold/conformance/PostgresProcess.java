package dev.roosthold.conformance;

import dev.roosthold.conformance.crowd.KillTrouble;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// PostgreSQL in processes of its own on one port, which can be killed without warning and started
/// again with its data. Linux only.
public final class PostgresProcess implements KillTrouble.Restart, AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Path data;
    private final EmbeddedPostgres first;
    private final List<String> command = new ArrayList<>();

    private PostgresProcess(Path data, EmbeddedPostgres first) throws IOException {
        this.data = data;
        this.first = first;
        // It does not start as root; seen from a namespace of its own it is started by somebody.
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        ProcessHandle.Info running = postmaster().info();
        command.add(running.command().orElseThrow());
        command.addAll(List.of(running.arguments().orElseThrow()));
    }

    /// @param folder for its data, empty
    public static PostgresProcess start(Path folder) throws IOException {
        Path data = folder.resolve("pg");
        EmbeddedPostgres first =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setServerConfig("max_connections", "100")
                        .setServerConfig("shared_buffers", "64MB")
                        .start();
        return new PostgresProcess(data, first);
    }

    /// As relays take it.
    public String address() {
        return "postgresql://postgres@127.0.0.1:" + first.getPort() + "/postgres";
    }

    /// SIGKILL of its first process, after which the others end by themselves, then a new start,
    /// which repeats what had not reached the files.
    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        Process launched =
                new ProcessBuilder(command)
                        .directory(data.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolve("restarts.log").toFile())
                        .start();
        long end = System.nanoTime() + START_NANOS;
        while (!answers()) {
            if (!launched.isAlive() || System.nanoTime() > end) {
                launched.destroyForcibly();
                throw new IOException(
                        "PostgreSQL did not start again: "
                                + Files.readString(data.resolve("restarts.log")));
            }
            Thread.sleep(20);
        }
    }

    private void kill() throws IOException, InterruptedException {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> all = new ArrayList<>(postmaster.children().toList());
        all.add(postmaster);
        postmaster.destroyForcibly();
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(20, TimeUnit.SECONDS);
            } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException("PostgreSQL outlived its kill", e);
            }
        }
    }

    private ProcessHandle postmaster() throws IOException {
        long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        return ProcessHandle.of(pid).orElseThrow();
    }

    private boolean answers() {
        try (Connection connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:"
                                + first.getPort()
                                + "/postgres?user=postgres&connectTimeout=2")) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        first.close();
    }
}
