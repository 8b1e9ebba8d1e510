package dev.roosthold.client.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What a row of the conversation changes in a file.
public record FileDiff(String path, List<DiffLine> lines) {

    public FileDiff {
        lines = List.copyOf(lines);
    }

    /// Of the tools that edit files, by the names and fields under which agents know them.
    public static Optional<FileDiff> of(Entry.Tool tool) {
        return of(tool.name(), tool.input());
    }

    /// The same for a question about a tool.
    public static Optional<FileDiff> of(String tool, JsonNode input) {
        String path = input.path("file_path").asString(input.path("path").asString(""));
        return switch (tool) {
            case "Edit" -> Optional.of(new FileDiff(path, edit(input)));
            case "Write" ->
                    Optional.of(
                            new FileDiff(
                                    path,
                                    DiffLine.between("", input.path("content").asString(""))));
            case "MultiEdit" -> {
                List<DiffLine> lines = new ArrayList<>();
                for (JsonNode one : input.path("edits")) {
                    if (!lines.isEmpty()) {
                        lines.add(new DiffLine(DiffLine.Kind.OTHER, "..."));
                    }
                    lines.addAll(edit(one));
                }
                yield Optional.of(new FileDiff(path, lines));
            }
            default -> Optional.empty();
        };
    }

    public static FileDiff of(Entry.FileChange change) {
        return new FileDiff(
                change.path(),
                change.diff()
                        .map(DiffLine::ofUnified)
                        .orElseGet(
                                () ->
                                        DiffLine.between(
                                                change.before().orElse(""),
                                                change.after().orElse(""))));
    }

    private static List<DiffLine> edit(JsonNode input) {
        return DiffLine.between(
                input.path("old_string").asString(""), input.path("new_string").asString(""));
    }
}
