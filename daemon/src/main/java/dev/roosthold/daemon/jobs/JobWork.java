package dev.roosthold.daemon.jobs;

import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;

/// What a run of a job needs of the machine. Thread-safe.
public interface JobWork {

    /// Starts a session that does it.
    ///
    /// @param assistantId may be empty
    /// @param directory as the owner wrote it; empty for that of the assistant
    /// @param start what a start of a session takes besides
    AgentSessions.Outcome start(
            String assistantId,
            String directory,
            String prompt,
            tools.jackson.databind.node.ObjectNode start)
            throws IOException, InterruptedException;

    /// Whether the session still runs.
    boolean runs(String sessionId);
}
