package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A step of an agent in the forms before the session protocol.
public sealed interface AgentStep {

    /// What the agent said.
    record Said(String message) implements AgentStep {}

    /// What the agent thought; type `reasoning`, or `thinking` with another field.
    record Thought(String message) implements AgentStep {}

    /// @param id of the message
    record ToolCall(String callId, String name, JsonNode input, String id) implements AgentStep {}

    /// Type `tool-call-result` or `tool-result`.
    ///
    /// @param id of the message
    record ToolResult(String callId, JsonNode output, String id, boolean isError)
            implements AgentStep {}

    record FileEdit(
            String description,
            String filePath,
            Optional<String> diff,
            Optional<String> oldContent,
            Optional<String> newContent)
            implements AgentStep {}

    record TerminalOutput(String data, String callId) implements AgentStep {}

    record TaskStarted(String id) implements AgentStep {}

    record TaskComplete(String id) implements AgentStep {}

    record TurnAborted(String id) implements AgentStep {}

    record PermissionRequest(String permissionId, String toolName, String description)
            implements AgentStep {}

    /// Numbers whose names depend on the agent.
    record TokenCount(JsonObject json) implements AgentStep {}

    record Unknown(JsonObject json) implements AgentStep {}
}
