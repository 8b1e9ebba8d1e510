package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A Node.js process with published Socket.IO clients in it.
final class NpmClients implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Writer commands;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, BlockingQueue<JsonNode>> reports = new ConcurrentHashMap<>();

    private NpmClients(Process process) {
        this.process = process;
        commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().name("npm-reports").start(this::read);
    }

    static NpmClients start() throws IOException, InterruptedException {
        var node =
                new ProcessBuilder("node", "client.mjs")
                        .directory(NpmPackages.folder().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        return new NpmClients(node.start());
    }

    /// A new client of that endpoint and namespace; it starts to connect.
    ///
    /// @param options of the client, as JSON
    NpmClient client(int port, String namespace, String options) {
        int id = ids.incrementAndGet();
        reports.put(id, new LinkedBlockingQueue<>());
        var command = command("connect", id);
        command.put("url", "http://127.0.0.1:" + port + namespace);
        command.set("options", JSON.readTree(options));
        send(command);
        return new NpmClient(this, id);
    }

    ObjectNode command(String operation, int id) {
        return JSON.createObjectNode().put("op", operation).put("id", id);
    }

    void send(ObjectNode command) {
        synchronized (commands) {
            try {
                commands.write(command.toString());
                commands.write('\n');
                commands.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    JsonNode next(int id) {
        try {
            var report = reports.get(id).poll(15, TimeUnit.SECONDS);
            assertThat(report).as("a report of client %d", id).isNotNull();
            return report;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                var report = JSON.readTree(line);
                reports.get(report.get("id").asInt()).add(report);
            }
        } catch (IOException e) {
            // the process has ended
        }
    }
}
