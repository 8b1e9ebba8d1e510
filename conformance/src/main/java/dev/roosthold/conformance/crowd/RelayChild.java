package dev.roosthold.conformance.crowd;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// `roost up` as a process of its own on one data folder and one port, open to new accounts, which
/// can be killed without warning. Used by one thread.
public final class RelayChild implements KillTrouble.Restart, AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int LINES_KEPT = 40;

    private final List<String> command;
    private final int port;
    private Process process;

    private RelayChild(List<String> command, int port) throws IOException {
        this.command = command;
        this.port = port;
        this.process = launch();
    }

    /// Starts it on a free port.
    ///
    /// @param roost the words that start the `roost` command
    /// @param data its folder
    /// @throws IOException when it does not come up; the message has what it printed last
    public static RelayChild start(List<String> roost, Path data) throws IOException {
        return start(roost, data, List.of());
    }

    /// The same with more options of `roost up`, such as those of one of several relays.
    public static RelayChild start(List<String> roost, Path data, List<String> options)
            throws IOException {
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        List<String> command = new ArrayList<>(roost);
        command.addAll(
                List.of(
                        "up",
                        "--data",
                        data.toString(),
                        "--port",
                        Integer.toString(port),
                        "--registration",
                        "open",
                        "--metrics-port",
                        "off"));
        command.addAll(options);
        return new RelayChild(List.copyOf(command), port);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        process = launch();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the relay outlived its kill");
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("ROOST_"));
        Process launched = builder.start();
        CompletableFuture<Boolean> serving = new CompletableFuture<>();
        Deque<String> lines = new ArrayDeque<>();
        Thread.ofVirtual().start(() -> follow(launched, serving, lines));
        try {
            if (serving.get(START_SECONDS, TimeUnit.SECONDS)) {
                return launched;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Told below with what it printed.
        }
        launched.destroyForcibly();
        synchronized (lines) {
            throw new IOException("the relay did not start: " + String.join("\n", lines));
        }
    }

    /// Reads all its output, so that it is never held up, and keeps the latest lines.
    private static void follow(
            Process launched, CompletableFuture<Boolean> serving, Deque<String> lines) {
        try (BufferedReader out = launched.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                synchronized (lines) {
                    lines.addLast(line);
                    if (lines.size() > LINES_KEPT) {
                        lines.removeFirst();
                    }
                }
                if (line.contains("://127.0.0.1:")) {
                    serving.complete(true);
                }
            }
        } catch (IOException e) {
            // It was killed.
        }
        serving.complete(false);
    }
}
