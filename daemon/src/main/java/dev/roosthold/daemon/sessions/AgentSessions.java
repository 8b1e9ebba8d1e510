package dev.roosthold.daemon.sessions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Runs the agent sessions of this machine. Thread-safe; each call has a thread of its own, may
/// block for some twenty seconds (then callers have given up) and is interrupted when the daemon
/// stops.
public interface AgentSessions extends AutoCloseable {

    /// Makes the runner of a machine, when its daemon starts and nobody else acts for it.
    @FunctionalInterface
    interface Factory {
        AgentSessions open(AgentHost host);
    }

    /// Starts a session.
    ///
    /// @param directory real path of a directory inside the roots; exists
    /// @param params everything that the caller sent, as it was sent
    Outcome spawn(Path directory, ObjectNode params) throws IOException, InterruptedException;

    /// Starts a session and gives it something to do at once, without anybody at the other end.
    ///
    /// @param directory as of [#spawn]
    /// @param params what a caller could have sent, and `jobId`
    /// @param prompt stored and shown like a message of the person
    Outcome spawnWithPrompt(Path directory, ObjectNode params, String prompt)
            throws IOException, InterruptedException;

    /// Starts a session for somebody at the machine itself.
    ///
    /// @param directory real path of a directory that exists
    /// @param agent empty for the usual one
    /// @param command of an agent that has no name; may be empty
    Outcome run(Path directory, Optional<String> agent, List<String> command)
            throws IOException, InterruptedException;

    /// Starts a session of before again.
    Outcome resume(String sessionId, ObjectNode params) throws IOException, InterruptedException;

    /// Ends a session.
    ///
    /// @return false when no such session runs here
    boolean stop(String sessionId) throws IOException, InterruptedException;

    /// The sessions that run now.
    List<Running> running();

    /// One session that runs.
    ///
    /// @param startedAtMs when it was first started, Unix milliseconds
    record Running(String sessionId, Path directory, String agent, long startedAtMs) {}

    /// What the machine's metadata tells about its agents: fields to set there. Asked every few
    /// seconds, so it must be quick.
    ObjectNode machineFields();

    /// The daemon stops: ends the agents and leaves the sessions so that the next start can go on
    /// with them. A few seconds at most.
    @Override
    default void close() {}

    /// How a start came out.
    sealed interface Outcome {
        /// The session is there.
        record Started(String sessionId) implements Outcome {}

        /// It goes on; the same call again tells more.
        record Pending(String clientRequestId, long retryAfterMs) implements Outcome {}

        /// Nothing was started.
        ///
        /// @param reason for the caller
        record Refused(String reason) implements Outcome {}
    }
}
