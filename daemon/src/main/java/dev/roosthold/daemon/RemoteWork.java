package dev.roosthold.daemon;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.rpc.RpcTarget;
import dev.roosthold.daemon.files.FileMethods;
import dev.roosthold.daemon.git.GitMethods;
import dev.roosthold.daemon.git.ProgressStream;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.rpc.RpcDispatcher;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.daemon.sessions.RestoredKeys;
import dev.roosthold.daemon.sessions.SessionMethods;
import dev.roosthold.daemon.shell.ShellMethods;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/// All remote methods of the machine, put together. Thread-safe.
final class RemoteWork implements AutoCloseable {
    /// Between the answer of `stop-daemon` and the stop, so that the answer is on its way.
    private static final Duration BEFORE_STOP = Duration.ofMillis(100);

    private final CurrentAccess access;
    private final GitMethods git;
    private final RpcDispatcher dispatcher;

    /// @param stream where progress goes
    /// @param agents empty when this machine cannot run agents
    /// @param work its assistants and jobs
    /// @param history of commands; empty when this machine keeps none
    /// @param stopDaemon asks for the stop and returns at once
    RemoteWork(
            DaemonConfig config,
            CurrentAccess access,
            EncryptedJson encryption,
            ProgressStream stream,
            Optional<AgentSessions> agents,
            MachineWork work,
            Optional<CommandHistory> history,
            Runnable stopDaemon) {
        this.access = access;
        git = new GitMethods(access::roots, stream);
        Map<String, RpcMethod> methods = new HashMap<>();
        methods.putAll(FileMethods.of(access::roots));
        methods.putAll(ShellMethods.of(access::roots, searchPath()));
        methods.putAll(git.methods());
        methods.putAll(work.methods());
        agents.map(work::guarded)
                .ifPresent(some -> methods.putAll(SessionMethods.of(access::roots, some)));
        history.ifPresent(some -> methods.putAll(some.methods()));
        methods.put("restore-session-key", new RestoredKeys(config.home())::restore);
        methods.put(
                "stop-daemon",
                _ -> {
                    var _ = config.scheduler().after(BEFORE_STOP, stopDaemon);
                    return JsonNodeFactory.instance
                            .objectNode()
                            .put("message", "The machine daemon stops");
                });
        dispatcher =
                new RpcDispatcher(
                        config.credential().machine().value(),
                        encryption,
                        methods,
                        () -> access.get().policy());
    }

    private static String searchPath() {
        String path = System.getenv("PATH");
        return path == null ? "" : path;
    }

    RemoteAccess access() {
        return access.get();
    }

    RpcTarget methods() {
        return dispatcher;
    }

    /// Ends everything that is being carried out. A few seconds at most.
    @Override
    public void close() {
        dispatcher.close();
        try {
            git.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
