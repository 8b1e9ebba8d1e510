package dev.roosthold.protocol.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.Optional;

/// Parameters of `spawn-happy-session`. Prints nothing: token and environment are secrets.
///
/// @param type `spawn-in-directory`; older callers leave it out
/// @param directory where the agent works
/// @param approvedNewDirectoryCreation whether the person agreed that the directory is made
/// @param agent `claude`, `codex`, `gemini`, `openclaw`, `agy` or another that the machine lists
/// @param token for the vendor of the agent
/// @param environmentVariables for the agent's process
/// @param sessionId of the caller's request
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record SpawnParams(
        Optional<String> type,
        String directory,
        Optional<Boolean> approvedNewDirectoryCreation,
        Optional<String> agent,
        Optional<String> token,
        Optional<String> permissionMode,
        Optional<String> modelMode,
        Optional<String> effortLevel,
        Optional<Map<String, String>> environmentVariables,
        Optional<String> sessionId,
        Optional<String> machineId,
        Optional<String> resumeClaudeSessionId,
        Optional<String> resumeCodexThreadId,
        Optional<String> parentSessionId,
        Optional<String> forkedFromMessageId,
        @JsonProperty("isSideChat") Optional<Boolean> isSideChat) {

    /// A session of the machine's default agent.
    public static SpawnParams in(String directory) {
        return new SpawnParams(
                Optional.of("spawn-in-directory"),
                directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public SpawnParams withAgent(String name) {
        return copy(approvedNewDirectoryCreation, Optional.of(name), permissionMode, modelMode);
    }

    /// The call again, after the person agreed that the directory is made.
    public SpawnParams approvingNewDirectory() {
        return copy(Optional.of(true), agent, permissionMode, modelMode);
    }

    public SpawnParams withPermissionMode(String mode) {
        return copy(approvedNewDirectoryCreation, agent, Optional.of(mode), modelMode);
    }

    public SpawnParams withModelMode(String mode) {
        return copy(approvedNewDirectoryCreation, agent, permissionMode, Optional.of(mode));
    }

    private SpawnParams copy(
            Optional<Boolean> approved,
            Optional<String> newAgent,
            Optional<String> newPermissionMode,
            Optional<String> newModelMode) {
        return new SpawnParams(
                type,
                directory,
                approved,
                newAgent,
                token,
                newPermissionMode,
                newModelMode,
                effortLevel,
                environmentVariables,
                sessionId,
                machineId,
                resumeClaudeSessionId,
                resumeCodexThreadId,
                parentSessionId,
                forkedFromMessageId,
                isSideChat);
    }

    /// Whether the directory may be made when it is not there.
    public boolean mayMakeDirectory() {
        return approvedNewDirectoryCreation.orElse(false);
    }

    @Override
    public String toString() {
        return "SpawnParams[redacted]";
    }
}
