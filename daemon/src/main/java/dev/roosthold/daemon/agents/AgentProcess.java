package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpClient;
import dev.roosthold.daemon.acp.AcpConnection;
import dev.roosthold.daemon.shell.ProcessTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One running agent and everything that it starts. Thread-safe.
final class AgentProcess {
    private static final int KEPT_ERRORS = 8 * 1024;
    private static final int SHOWN_ERRORS = 600;

    /// An agent that is asked to end may write its files.
    private static final Duration BY_ITSELF = Duration.ofMillis(700);

    private static final Duration WHEN_TOLD = Duration.ofMillis(700);
    private static final Duration LAST_WORDS = Duration.ofMillis(200);

    private final ProcessTree tree;
    private final AcpConnection connection;
    private final TailText errors = new TailText(KEPT_ERRORS);
    private final Thread errorReader;

    private AgentProcess(ProcessTree tree, AcpClient client) {
        this.tree = tree;
        Process process = tree.leader();
        errorReader =
                Thread.ofVirtual()
                        .name("roost-agent-errors")
                        .start(() -> errors.readFrom(process.getErrorStream()));
        connection = new AcpConnection(process.getInputStream(), process.getOutputStream(), client);
    }

    /// @param mark kept by the caller before this call
    static AgentProcess start(
            List<String> command,
            Path directory,
            Map<String, String> environment,
            String mark,
            AcpClient client)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new AgentProcess(ProcessTree.start(builder, mark), client);
    }

    AcpConnection connection() {
        return connection;
    }

    long pid() {
        return tree.leader().pid();
    }

    /// In Unix milliseconds, as the operating system says; 0 when it does not say.
    long startedAtMs() {
        return ProcessTree.startedAtMs(tree.leader().toHandle());
    }

    /// Why it is gone, for the person.
    String end(String what) {
        String how = what;
        try {
            if (tree.leader().waitFor(BY_ITSELF.toMillis(), TimeUnit.MILLISECONDS)) {
                how = what + " (exit code " + tree.leader().exitValue() + ")";
            }
            boolean _ = errorReader.join(LAST_WORDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        String said = errors.text().strip();
        if (said.length() > SHOWN_ERRORS) {
            said = "..." + said.substring(said.length() - SHOWN_ERRORS);
        }
        return said.isEmpty() ? how + "." : how + ". It said:\n" + said;
    }

    /// Ends it and everything that it has started: by closing its input, then by asking, then by
    /// force. Two seconds at most. When this returns nothing of it is left.
    void stop() {
        connection.close();
        Process leader = tree.leader();
        try {
            if (!leader.waitFor(BY_ITSELF.toMillis(), TimeUnit.MILLISECONDS)) {
                tree.terminate();
                boolean _ = leader.waitFor(WHEN_TOLD.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        tree.kill();
    }
}
