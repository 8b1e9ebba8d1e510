package dev.roosthold.daemon.sessions;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// A command that an agent has run.
///
/// @param sessionId of the session in which it ran
/// @param agent its name
/// @param reason what the agent said it is for
/// @param failed whether the agent said that it failed; the exit code may tell more
public record AgentCommand(
        String sessionId,
        String agent,
        String command,
        Path directory,
        Optional<String> reason,
        long startedAtMs,
        long durationMs,
        OptionalInt exitCode,
        boolean failed) {

    /// Without the command: it may hold a secret.
    @Override
    public String toString() {
        return "AgentCommand[" + agent + " in " + sessionId + "]";
    }
}
