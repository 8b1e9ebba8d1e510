package dev.roosthold.daemon.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An agent's tool calls in the words of the clients: they draw commands, edits and lists of things
/// to do when name and arguments are those that they know.
final class ToolCalls {
    /// Characters of one text in the arguments.
    private static final int MAX_TEXT = 64 * 1024;

    private static final int MAX_TITLE = 300;
    private static final int MAX_DEPTH = 12;

    private ToolCalls() {}

    /// A change of a file.
    ///
    /// @param oldText empty for a new file
    record Diff(String path, String oldText, String newText, boolean isNew) {
        String tool() {
            return isNew ? "Write" : "Edit";
        }

        ObjectNode args() {
            ObjectNode args = JsonNodeFactory.instance.objectNode().put("file_path", cut(path));
            return isNew
                    ? args.put("content", cut(newText))
                    : args.put("old_string", cut(oldText)).put("new_string", cut(newText));
        }
    }

    /// The diffs of a call's `content`.
    static List<Diff> diffs(JsonNode content) {
        List<Diff> diffs = new ArrayList<>();
        for (JsonNode part : content) {
            if (part.path("type").asString("").equals("diff")) {
                JsonNode old = part.path("oldText");
                diffs.add(
                        new Diff(
                                part.path("path").asString(""),
                                old.asString(""),
                                part.path("newText").asString(""),
                                !old.isString()));
            }
        }
        return diffs;
    }

    /// The files in a call's `content`.
    static List<AgentFile> files(JsonNode content) {
        List<AgentFile> files = new ArrayList<>();
        for (JsonNode part : content) {
            if (part.path("type").asString("").equals("content")) {
                AgentFile.of(part.path("content")).ifPresent(files::add);
            }
        }
        return files;
    }

    /// The name under which clients know the kind of tool.
    static String name(String kind, String title) {
        return switch (kind) {
            case "execute" -> "Bash";
            case "read" -> "Read";
            case "edit" -> "Edit";
            case "search" -> "Grep";
            case "fetch" -> "WebFetch";
            case "switch_mode" -> "ExitPlanMode";
            case "", "other" -> title.isBlank() ? "tool" : title(title);
            default -> kind;
        };
    }

    static String title(String title) {
        String line = title.strip();
        return line.length() <= MAX_TITLE ? line : line.substring(0, MAX_TITLE) + "...";
    }

    /// What the agent gave to the tool, with the fields that clients look for.
    static ObjectNode args(String kind, String title, JsonNode rawInput, JsonNode locations) {
        ObjectNode args =
                bounded(rawInput, 0) instanceof ObjectNode object
                        ? object
                        : JsonNodeFactory.instance.objectNode();
        String path = locations.path(0).path("path").asString("");
        switch (kind) {
            case "execute" -> {
                JsonNode command = args.path("command");
                if (command.isArray()) {
                    List<String> words = new ArrayList<>();
                    command.forEach(word -> words.add(word.asString("")));
                    args.put("command", cut(String.join(" ", words)));
                } else if (!command.isString()) {
                    args.put("command", cut(title));
                }
            }
            case "read", "edit" -> {
                for (String known : List.of("filePath", "path", "abs_path", "file")) {
                    if (!args.has("file_path") && args.path(known).isString()) {
                        args.put("file_path", args.path(known).asString());
                    }
                }
                if (!args.has("file_path") && !path.isEmpty()) {
                    args.put("file_path", path);
                }
                rename(args, "oldString", "old_string");
                rename(args, "newString", "new_string");
            }
            case "search" -> {
                if (!args.has("pattern")) {
                    args.put("pattern", cut(title));
                }
            }
            default -> {}
        }
        return args;
    }

    private static void rename(ObjectNode args, String from, String to) {
        if (!args.has(to) && args.path(from).isString()) {
            args.put(to, args.path(from).asString());
        }
    }

    /// `TodoWrite`'s arguments for a plan.
    static ObjectNode plan(JsonNode entries) {
        ObjectNode args = JsonNodeFactory.instance.objectNode();
        var todos = args.putArray("todos");
        int number = 1;
        for (JsonNode entry : entries) {
            todos.addObject()
                    .put("id", Integer.toString(number++))
                    .put("content", cut(entry.path("content").asString("")))
                    .put("status", entry.path("status").asString("pending"))
                    .put("priority", entry.path("priority").asString("medium"));
        }
        return args;
    }

    static String cut(String text) {
        return text.length() <= MAX_TEXT
                ? text
                : text.substring(0, MAX_TEXT) + "\n... (" + (text.length() - MAX_TEXT) + " more)";
    }

    private static JsonNode bounded(JsonNode value, int depth) {
        if (value.isString()) {
            return JsonNodeFactory.instance.stringNode(cut(value.asString()));
        }
        if (depth >= MAX_DEPTH) {
            return JsonNodeFactory.instance.nullNode();
        }
        if (value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                if (copy.size() < 200) {
                    copy.set(field.getKey(), bounded(field.getValue(), depth + 1));
                }
            }
            return copy;
        }
        if (value.isArray()) {
            var copy = JsonNodeFactory.instance.arrayNode();
            for (JsonNode item : value) {
                if (copy.size() < 1_000) {
                    copy.add(bounded(item, depth + 1));
                }
            }
            return copy;
        }
        return value;
    }
}
