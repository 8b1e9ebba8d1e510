package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads the steps of agents in the forms before the session protocol.
final class AgentStepCodec {
    private static final JsonNode NULL = JsonNodeFactory.instance.nullNode();

    private AgentStepCodec() {}

    static AgentStep read(JsonObject data) {
        return known(data).orElseGet(() -> new AgentStep.Unknown(data));
    }

    private static Optional<AgentStep> known(JsonObject data) {
        return switch (data.text("type").orElse("")) {
            case "message" -> data.text("message").map(AgentStep.Said::new);
            case "reasoning" -> data.text("message").map(AgentStep.Thought::new);
            case "thinking" -> data.text("text").map(AgentStep.Thought::new);
            case "tool-call" -> toolCall(data);
            case "tool-call-result", "tool-result" ->
                    data.text("callId")
                            .map(
                                    call ->
                                            new AgentStep.ToolResult(
                                                    call,
                                                    data.value("output").orElse(NULL),
                                                    data.text("id").orElse(""),
                                                    data.flag("isError").orElse(false)));
            case "file-edit" ->
                    data.text("filePath")
                            .map(
                                    path ->
                                            new AgentStep.FileEdit(
                                                    data.text("description").orElse(""),
                                                    path,
                                                    data.text("diff"),
                                                    data.text("oldContent"),
                                                    data.text("newContent")));
            case "terminal-output" ->
                    data.text("data")
                            .map(
                                    text ->
                                            new AgentStep.TerminalOutput(
                                                    text, data.text("callId").orElse("")));
            case "task_started" -> Optional.of(new AgentStep.TaskStarted(id(data)));
            case "task_complete" -> Optional.of(new AgentStep.TaskComplete(id(data)));
            case "turn_aborted" -> Optional.of(new AgentStep.TurnAborted(id(data)));
            case "permission-request" ->
                    data.text("permissionId")
                            .map(
                                    id ->
                                            new AgentStep.PermissionRequest(
                                                    id,
                                                    data.text("toolName").orElse(""),
                                                    data.text("description").orElse("")));
            case "token_count" -> Optional.of(new AgentStep.TokenCount(data));
            default -> Optional.empty();
        };
    }

    private static Optional<AgentStep> toolCall(JsonObject data) {
        Optional<String> call = data.text("callId");
        Optional<String> name = data.text("name");
        return call.isEmpty() || name.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AgentStep.ToolCall(
                                call.get(),
                                name.get(),
                                data.value("input").orElse(NULL),
                                id(data)));
    }

    private static String id(JsonObject data) {
        return data.text("id").orElse("");
    }
}
