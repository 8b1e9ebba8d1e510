package dev.roosthold.daemon.agents;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One turn of an agent as messages of the session. Text that belongs together becomes one message,
/// which is stored when something else begins; until then it is shown live. Thread of the session
/// only.
final class TurnOutput {
    /// Characters after which a text is stored and another one begins.
    private static final int MAX_TEXT = 200_000;

    private final String turn;
    private final Envelopes envelopes;
    private final Consumer<ObjectNode> store;
    private final BiFunction<String, Boolean, LiveStream> streams;
    private final CommandWatch commands;
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private final Map<String, String> calls = new HashMap<>();
    private final StringBuilder text = new StringBuilder();
    private boolean thinking;
    private String messageId = "";
    private @Nullable LiveStream live;
    private String lastPlan = "";

    /// A tool call as far as the agent has told.
    private static final class Tool {
        String title = "";
        String kind = "";
        JsonNode rawInput = JsonNodeFactory.instance.nullNode();
        JsonNode locations = JsonNodeFactory.instance.nullNode();
        List<ToolCalls.Diff> diffs = List.of();
        boolean started;
        boolean withDiffs;
        boolean ended;

        /// Set with the first sign that it runs; 0 before.
        long runsSinceMs;

        boolean ran;
    }

    /// @param store takes each message of the turn, in order
    /// @param streams opens a live stream for a turn's text or thoughts
    /// @param commands is told of commands that have ended
    TurnOutput(
            String turn,
            Envelopes envelopes,
            Consumer<ObjectNode> store,
            BiFunction<String, Boolean, LiveStream> streams,
            CommandWatch commands) {
        this.turn = turn;
        this.envelopes = envelopes;
        this.store = store;
        this.streams = streams;
        this.commands = commands;
    }

    /// Takes an update about text, tools or plans.
    ///
    /// @return false when it is about something else
    boolean update(JsonNode update) {
        switch (update.path("sessionUpdate").asString("")) {
            case "agent_message_chunk" -> chunk(update, false);
            case "agent_thought_chunk" -> chunk(update, true);
            case "tool_call", "tool_call_update" -> tool(update);
            case "plan" -> plan(update.path("entries"));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void chunk(JsonNode update, boolean asThought) {
        String part = contentText(update.path("content"));
        String id = update.path("messageId").asString("");
        if (asThought != thinking || !id.equals(messageId)) {
            endText();
        }
        if (part.isEmpty()) {
            return;
        }
        thinking = asThought;
        messageId = id;
        if (live == null) {
            live = streams.apply(turn, asThought);
        }
        text.append(part);
        live.append(part);
        if (text.length() >= MAX_TEXT) {
            endText();
        }
    }

    /// What is not text is named.
    private static String contentText(JsonNode content) {
        return switch (content.path("type").asString("")) {
            case "text" -> content.path("text").asString("");
            case "resource_link" ->
                    "["
                            + content.path("name").asString("file")
                            + "]("
                            + content.path("uri").asString("")
                            + ")";
            case "resource" -> content.path("resource").path("text").asString("");
            case "image" -> "(image)";
            case "audio" -> "(audio)";
            default -> "";
        };
    }

    /// Stores the text so far.
    private void endText() {
        LiveStream stream = live;
        if (stream == null) {
            return;
        }
        stream.end();
        live = null;
        if (!text.isEmpty()) {
            store.accept(envelopes.text(turn, text.toString(), thinking, stream.id()));
            text.setLength(0);
        }
    }

    private void tool(JsonNode update) {
        String id = update.path("toolCallId").asString("");
        if (id.isEmpty()) {
            return;
        }
        Tool tool = learn(id, update);
        String status = update.path("status").asString("");
        boolean over = status.equals("completed") || status.equals("failed");
        boolean known = tool.rawInput.propertyStream().anyMatch(one -> !one.getKey().equals("cwd"));
        if (over || status.equals("in_progress") || known || !tool.diffs.isEmpty()) {
            start(id, tool);
        }
        if (tool.runsSinceMs == 0) {
            tool.runsSinceMs = commands.now();
        }
        tool.ran |= status.equals("in_progress") || status.equals("completed");
        if (over && !tool.ended) {
            tool.ended = true;
            if (tool.kind.equals("execute")) {
                commands.ended(
                        arguments(tool),
                        update,
                        tool.title,
                        tool.runsSinceMs,
                        tool.ran,
                        status.equals("failed"));
            }
            if (!tool.withDiffs && !tool.diffs.isEmpty()) {
                // The call was shown before the agent told what it changes.
                tool.diffs.forEach(this::single);
            }
            store.accept(envelopes.toolEnd(turn, call(id)));
        }
    }

    private Tool learn(String id, JsonNode update) {
        Tool tool = tools.computeIfAbsent(id, _ -> new Tool());
        tool.title = update.path("title").asString(tool.title);
        tool.kind = update.path("kind").asString(tool.kind);
        if (update.path("rawInput").isObject()) {
            tool.rawInput = update.path("rawInput");
        }
        if (update.path("locations").isArray()) {
            tool.locations = update.path("locations");
        }
        if (update.path("content").isArray()) {
            List<ToolCalls.Diff> diffs = ToolCalls.diffs(update.path("content"));
            if (!diffs.isEmpty()) {
                tool.diffs = diffs;
            }
        }
        return tool;
    }

    private void start(String id, Tool tool) {
        if (tool.started) {
            return;
        }
        tool.started = true;
        tool.withDiffs = !tool.diffs.isEmpty();
        endText();
        String title = ToolCalls.title(tool.title);
        store.accept(
                envelopes.toolStart(turn, call(id), name(tool), title, title, arguments(tool)));
        tool.diffs.stream().skip(1).forEach(this::single);
    }

    /// A further file of the same call.
    private void single(ToolCalls.Diff diff) {
        String call = UUID.randomUUID().toString();
        store.accept(
                envelopes.toolStart(
                        turn, call, diff.tool(), diff.path(), diff.path(), diff.args()));
        store.accept(envelopes.toolEnd(turn, call));
    }

    private static String name(Tool tool) {
        return tool.diffs.isEmpty()
                ? ToolCalls.name(tool.kind, tool.title)
                : tool.diffs.getFirst().tool();
    }

    private static ObjectNode arguments(Tool tool) {
        ObjectNode args = ToolCalls.args(tool.kind, tool.title, tool.rawInput, tool.locations);
        if (!tool.diffs.isEmpty()) {
            args.setAll(tool.diffs.getFirst().args());
        }
        return args;
    }

    /// The agent's id, unless it is one that clients cannot carry.
    private String call(String id) {
        return calls.computeIfAbsent(
                id, one -> one.length() <= 200 ? one : UUID.randomUUID().toString());
    }

    /// A tool as the person is asked about it.
    ///
    /// @param name as in the message that shows it
    record Asked(String call, String name, String kind, ObjectNode arguments) {}

    /// The agent asks whether it may: the tool is shown before the question is.
    Asked asked(JsonNode toolCall) {
        String id = toolCall.path("toolCallId").asString(UUID.randomUUID().toString());
        Tool tool = learn(id, toolCall);
        start(id, tool);
        return new Asked(call(id), name(tool), tool.kind, arguments(tool));
    }

    private void plan(JsonNode entries) {
        ObjectNode args = ToolCalls.plan(entries);
        String now = args.toString();
        if (now.equals(lastPlan)) {
            return;
        }
        lastPlan = now;
        endText();
        String call = UUID.randomUUID().toString();
        store.accept(envelopes.toolStart(turn, call, "TodoWrite", "Plan", "Plan", args));
        store.accept(envelopes.toolEnd(turn, call));
    }

    /// A remark between the agent's words.
    void service(String remark) {
        endText();
        store.accept(envelopes.service(turn, remark));
    }

    /// The turn is over: nothing stays open.
    void finish() {
        endText();
        tools.forEach(
                (id, tool) -> {
                    if (tool.started && !tool.ended) {
                        tool.ended = true;
                        store.accept(envelopes.toolEnd(turn, call(id)));
                    }
                });
    }
}
