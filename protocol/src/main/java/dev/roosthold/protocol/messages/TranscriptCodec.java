package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads lines of Claude transcripts.
final class TranscriptCodec {
    private static final JsonNode NULL = JsonNodeFactory.instance.nullNode();

    private TranscriptCodec() {}

    /// Empty when it has no type.
    static Optional<TranscriptLine> read(JsonObject line) {
        return line.text("type").map(type -> new TranscriptLine(type, content(type, line), line));
    }

    private static TranscriptLine.Content content(String type, JsonObject line) {
        JsonObject message = line.object("message").orElse(JsonObject.empty());
        return switch (type) {
            case "assistant" ->
                    new TranscriptLine.Content.Assistant(
                            message.text("model"),
                            blocks(message),
                            message.object("usage").flatMap(TokenUsage::of));
            case "user" -> new TranscriptLine.Content.User(blocks(message));
            case "summary" ->
                    line.text("summary")
                            .<TranscriptLine.Content>map(TranscriptLine.Content.Summary::new)
                            .orElseGet(TranscriptLine.Content.Other::new);
            default -> new TranscriptLine.Content.Other();
        };
    }

    private static List<TranscriptLine.Block> blocks(JsonObject message) {
        List<TranscriptLine.Block> blocks = new ArrayList<>();
        JsonNode content = message.value("content").orElse(NULL);
        if (content.isString()) {
            blocks.add(new TranscriptLine.Block.Text(content.stringValue()));
        } else if (content instanceof ArrayNode list) {
            list.forEach(block -> blocks.add(block(block)));
        }
        return List.copyOf(blocks);
    }

    private static TranscriptLine.Block block(JsonNode json) {
        return JsonObject.from(json)
                .flatMap(TranscriptCodec::known)
                .orElseGet(() -> new TranscriptLine.Block.Unknown(json));
    }

    /// The forms with hyphens are those of other agents; they were written into transcripts too.
    private static Optional<TranscriptLine.Block> known(JsonObject block) {
        return switch (block.text("type").orElse("")) {
            case "text" -> block.text("text").map(TranscriptLine.Block.Text::new);
            case "thinking" -> block.text("thinking").map(TranscriptLine.Block.Thinking::new);
            case "tool_use" -> toolUse(block, block.text("id"));
            case "tool-call" -> toolUse(block, block.text("callId"));
            case "tool_result" -> result(block, block.text("tool_use_id"), block.value("content"));
            case "tool-call-result" ->
                    result(
                            block,
                            block.text("callId"),
                            block.value("output").or(() -> block.value("content")));
            default -> Optional.empty();
        };
    }

    private static Optional<TranscriptLine.Block> toolUse(JsonObject block, Optional<String> id) {
        Optional<String> name = block.text("name");
        return id.isEmpty() || name.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TranscriptLine.Block.ToolUse(
                                id.get(), name.get(), block.value("input").orElse(NULL)));
    }

    private static Optional<TranscriptLine.Block> result(
            JsonObject block, Optional<String> id, Optional<JsonNode> content) {
        return id.map(
                tool ->
                        new TranscriptLine.Block.ToolResult(
                                tool, content.orElse(NULL), block.flag("is_error").orElse(false)));
    }
}
