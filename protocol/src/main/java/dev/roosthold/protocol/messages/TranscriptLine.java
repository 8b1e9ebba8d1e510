package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A line of a Claude transcript.
///
/// @param type `assistant`, `user`, `summary`, `system`, `result`
/// @param content what the line says
/// @param json the whole line
public record TranscriptLine(String type, Content content, JsonObject json) {

    public Optional<String> uuid() {
        return json.text("uuid");
    }

    public Optional<String> parentUuid() {
        return json.text("parentUuid");
    }

    /// Whether it belongs to a subagent.
    public boolean isSidechain() {
        return json.flag("isSidechain").orElse(false);
    }

    /// Whether it is for the agent's own bookkeeping and not shown.
    public boolean isMeta() {
        return json.flag("isMeta").orElse(false);
    }

    /// Whether it stands for earlier lines that were summed up.
    public boolean isCompactSummary() {
        return json.flag("isCompactSummary").orElse(false);
    }

    /// What a line says.
    public sealed interface Content {

        /// The agent's words, thoughts and tools.
        record Assistant(Optional<String> model, List<Block> blocks, Optional<TokenUsage> usage)
                implements Content {}

        /// What the agent was told: a text block for a person's words, results of tools.
        record User(List<Block> blocks) implements Content {}

        record Summary(String text) implements Content {}

        /// `system`, `result` and what is not known: nothing to show.
        record Other() implements Content {}
    }

    /// A part of what was said.
    public sealed interface Block {

        record Text(String text) implements Block {}

        record Thinking(String text) implements Block {}

        record ToolUse(String id, String name, JsonNode input) implements Block {}

        /// @param content a text, or a list of parts
        record ToolResult(String toolUseId, JsonNode content, boolean isError) implements Block {}

        record Unknown(JsonNode json) implements Block {}
    }
}
