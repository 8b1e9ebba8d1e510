package dev.roosthold.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// PostgreSQL in processes of its own, with its data on the disk and every commit flushed.
final class BenchDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final long pid;

    private BenchDatabase(EmbeddedPostgres server, long pid) {
        this.server = server;
        this.pid = pid;
    }

    /// @param folder where it keeps its data
    /// @throws IllegalStateException when it would not flush what is committed
    static BenchDatabase start(Path folder) throws IOException, SQLException {
        Path data = folder.toAbsolutePath().resolve("postgresql");
        var server =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("shared_buffers", "256MB")
                        .start();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SHOW fsync")) {
            if (!answer.next() || !answer.getString(1).equals("on")) {
                throw new IllegalStateException("PostgreSQL runs without fsync");
            }
        }
        long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        return new BenchDatabase(server, pid);
    }

    /// An empty database, as relays take it.
    String fresh(String name) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return "postgresql://postgres@127.0.0.1:" + server.getPort() + "/" + name;
    }

    /// Processor time of all its processes that run now, in seconds.
    double cpuSeconds() throws IOException {
        double sum = ServerProcess.cpuSeconds(pid);
        for (ProcessHandle child : ProcessHandle.of(pid).orElseThrow().children().toList()) {
            if (child.isAlive()) {
                sum += ServerProcess.cpuSeconds(child.pid());
            }
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
