package dev.roosthold.conformance.crowd;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A server as a process of its own, which can be killed without warning and started again. Used by
/// one thread.
final class ChildServer implements KillTrouble.Restart, AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int END_SECONDS = 20;
    private static final int LINES_KEPT = 40;

    private final String name;
    private final Map<String, String> environment;
    private final String ready;
    private List<String> command;
    private Process process;

    private ChildServer(
            String name, List<String> command, Map<String, String> environment, String ready)
            throws IOException, InterruptedException {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.ready = ready;
        this.process = launch();
    }

    /// Starts it and waits until it serves. It gets no settings of ours from the environment.
    ///
    /// @param name for messages
    /// @param command with its arguments
    /// @param ready a part of the line with which it says that it serves
    /// @throws IOException when it does not come up within a minute; the message has what it
    ///     printed last
    static ChildServer start(String name, List<String> command, String ready)
            throws IOException, InterruptedException {
        return start(name, command, Map.of(), ready);
    }

    /// The same with more variables of the environment.
    static ChildServer start(
            String name, List<String> command, Map<String, String> environment, String ready)
            throws IOException, InterruptedException {
        return new ChildServer(name, command, environment, ready);
    }

    /// A port of this computer that nobody uses now.
    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        startAgain();
    }

    /// After [#kill], as it was started before.
    void startAgain() throws IOException, InterruptedException {
        process = launch();
    }

    /// The same with another command, also from now on.
    void startAgain(List<String> other) throws IOException, InterruptedException {
        command = List.copyOf(other);
        process = launch();
    }

    /// Returns when nothing of it is left.
    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Kills its first process; others of it end by themselves then, and are waited for.
    void kill() throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        process.destroyForcibly();
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException(name + " outlived its kill", e);
            }
        }
    }

    private Process launch() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("ROOST_"));
        builder.environment().putAll(environment);
        Process launched = builder.start();
        CompletableFuture<Boolean> serving = new CompletableFuture<>();
        Deque<String> lines = new ArrayDeque<>();
        Thread.ofVirtual().start(() -> follow(launched, serving, lines));
        try {
            if (serving.get(START_SECONDS, TimeUnit.SECONDS)) {
                return launched;
            }
        } catch (ExecutionException | TimeoutException e) {
            // Told below with what it printed.
        }
        launched.destroyForcibly();
        synchronized (lines) {
            throw new IOException(name + " did not start: " + String.join("\n", lines));
        }
    }

    /// Reads all its output, so that it is never held up, and keeps the latest lines.
    private void follow(Process launched, CompletableFuture<Boolean> serving, Deque<String> lines) {
        try (BufferedReader out = launched.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                synchronized (lines) {
                    lines.addLast(line);
                    if (lines.size() > LINES_KEPT) {
                        lines.removeFirst();
                    }
                }
                if (line.contains(ready)) {
                    serving.complete(true);
                }
            }
        } catch (IOException e) {
            // It was killed.
        }
        serving.complete(false);
    }
}
