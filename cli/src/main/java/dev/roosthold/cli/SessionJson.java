package dev.roosthold.cli;

import dev.roosthold.client.conversation.Entry;
import dev.roosthold.client.conversation.SessionView;
import dev.roosthold.protocol.Codec;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A session as lines of JSON, for programs: each row when it is there and again when it has
/// changed, and each change of the session's state. One thread.
final class SessionJson {
    private final Map<String, Entry> printed = new HashMap<>();
    private String state = "";

    void show(SessionView view) {
        for (Entry entry : view.conversation().entries()) {
            if (!entry.equals(printed.put(entry.id(), entry))) {
                ObjectNode line = JsonNodeFactory.instance.objectNode();
                line.put("type", "entry");
                line.set("entry", of(entry));
                System.out.println(Codec.printText(line));
            }
        }
        String now = Codec.printText(state(view));
        if (!now.equals(state)) {
            state = now;
            System.out.println(now);
        }
        System.out.flush();
    }

    private static ObjectNode state(SessionView view) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("type", "state");
        line.put("active", view.active());
        line.put("working", view.isWorking());
        line.put("ended", view.metadata().mustEnd());
        ArrayNode questions = line.putArray("questions");
        view.agentState()
                .requests()
                .forEach(
                        (id, question) ->
                                questions
                                        .addObject()
                                        .put("id", id)
                                        .put("tool", question.tool())
                                        .set("arguments", question.arguments()));
        return line;
    }

    private static ObjectNode of(Entry entry) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("id", entry.id());
        row.put("time", entry.timeMs());
        switch (entry) {
            case Entry.Words words -> {
                row.put("kind", "words");
                row.put("speaker", words.speaker().name().toLowerCase(Locale.ROOT));
                row.put("text", words.text());
                row.put("thinking", words.thinking());
                optional(row, "subagent", words.subagent());
            }
            case Entry.Note note -> row.put("kind", "note").put("text", note.text());
            case Entry.Tool tool -> {
                row.put("kind", "tool");
                row.put("name", tool.name());
                row.put("title", tool.title());
                row.put("state", tool.state().name().toLowerCase(Locale.ROOT));
                row.set("input", tool.input());
                optional(row, "output", tool.output());
                optional(row, "subagent", tool.subagent());
            }
            case Entry.FileChange change -> {
                row.put("kind", "file-change");
                row.put("path", change.path());
                row.put("description", change.description());
                optional(row, "diff", change.diff());
                optional(row, "before", change.before());
                optional(row, "after", change.after());
            }
            case Entry.Attached file -> {
                row.put("kind", "attached");
                row.put("speaker", file.speaker().name().toLowerCase(Locale.ROOT));
                row.put("name", file.name());
                row.put("size", file.size());
            }
            case Entry.TurnOver over ->
                    row.put("kind", "turn-over")
                            .put("status", over.status().name().toLowerCase(Locale.ROOT));
            case Entry.Unreadable _ -> row.put("kind", "unreadable");
        }
        return row;
    }

    private static void optional(ObjectNode row, String name, Optional<String> value) {
        value.ifPresent(text -> row.put(name, text));
    }
}
