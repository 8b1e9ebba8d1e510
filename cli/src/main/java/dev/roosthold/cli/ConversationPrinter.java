package dev.roosthold.cli;

import dev.roosthold.client.conversation.Entry;
import dev.roosthold.client.conversation.FileDiff;
import dev.roosthold.client.conversation.LiveText;
import dev.roosthold.client.conversation.SessionView;
import dev.roosthold.protocol.records.AgentState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Writes a session down line by line, each thing once: what is printed stays, so what changes
/// later is told in a line of its own. One thread.
final class ConversationPrinter {
    private static final int MAX_DIFF = 60;
    private static final int MAX_OUTPUT = 10;
    private static final int MAX_ARGUMENT = 200;
    private static final int LEAST_WIDTH = 20;

    private final Style style;
    private final boolean thoughts;
    private final IntSupplier width;
    private final Consumer<String> out;

    /// State of what was printed, by id.
    private final Map<String, Optional<Entry.ToolState>> printed = new HashMap<>();

    /// Words of live streams that are on the screen already, by stream.
    private final Map<String, String> spoken = new HashMap<>();

    private final Map<String, AgentState.Question> asked = new LinkedHashMap<>();
    private Optional<Boolean> active = Optional.empty();

    /// @param thoughts whether what the agent thinks is printed in full
    /// @param width of the screen in columns, for words while they are made
    /// @param out takes one line, or some
    ConversationPrinter(Style style, boolean thoughts, IntSupplier width, Consumer<String> out) {
        this.style = style;
        this.thoughts = thoughts;
        this.width = width;
        this.out = out;
    }

    /// Prints what is new.
    ///
    /// @param live whether words are printed while they are made
    void show(SessionView view, boolean live) {
        for (Entry entry : view.conversation().entries()) {
            Optional<Entry.ToolState> now = state(entry);
            Optional<Entry.ToolState> before = printed.put(entry.id(), now);
            if (before == null) {
                print(entry);
            } else if (entry instanceof Entry.Tool tool && !before.equals(now)) {
                finish(tool);
            }
        }
        if (live) {
            view.live().forEach(this::speak);
        }
        questions(view.agentState().requests());
        presence(view);
    }

    /// Questions that wait for an answer, as they were last shown.
    Map<String, AgentState.Question> asked() {
        return asked;
    }

    private static Optional<Entry.ToolState> state(Entry entry) {
        return entry instanceof Entry.Tool tool ? Optional.of(tool.state()) : Optional.empty();
    }

    private void print(Entry entry) {
        switch (entry) {
            case Entry.Words words -> words(words);
            case Entry.Note note -> lines(note.text(), "- ", style::dim);
            case Entry.Tool tool -> {
                start(tool);
                if (tool.state() != Entry.ToolState.RUNNING) {
                    finish(tool);
                }
            }
            case Entry.FileChange change -> {
                out.accept(style.cyan("* " + Printable.line(change.path())));
                diff(FileDiff.of(change));
            }
            case Entry.Attached file ->
                    out.accept(
                            style.cyan(
                                    "* file "
                                            + Printable.line(file.name())
                                            + ", "
                                            + file.size()
                                            + " bytes"));
            case Entry.TurnOver over ->
                    out.accept(
                            switch (over.status()) {
                                case COMPLETED -> style.dim("- done");
                                case FAILED -> style.red("- failed");
                                case CANCELLED -> style.yellow("- stopped");
                            });
            case Entry.Unreadable _ ->
                    out.accept(style.dim("- (a message that is not understood)"));
        }
    }

    private void words(Entry.Words words) {
        String text = words.text();
        String before = words.streamId().map(spoken::remove).orElse("");
        if (!before.isEmpty() && text.startsWith(before)) {
            text = text.substring(before.length());
            if (text.isBlank()) {
                return;
            }
        }
        if (words.thinking()) {
            if (thoughts) {
                lines(text, "~ ", style::dim);
            } else if (!text.isBlank()) {
                out.accept(style.dim("~ " + Printable.line(text, 100)));
            }
            return;
        }
        switch (words.speaker()) {
            case PERSON -> lines(text, "> ", style::bold);
            case AGENT -> lines(text, words.subagent().isPresent() ? "  | " : "", line -> line);
        }
    }

    private void lines(String text, String prefix, UnaryOperator<String> look) {
        List<String> lines = new ArrayList<>();
        Printable.text(text).strip().lines().forEach(line -> lines.add(look.apply(prefix + line)));
        if (!lines.isEmpty()) {
            out.accept(String.join("\n", lines));
        }
    }

    /// Prints whole lines of the screen only; the rest comes with more words or with the message.
    private void speak(LiveText live) {
        if (live.partial() || (live.thinking() && !thoughts)) {
            return;
        }
        String before = spoken.getOrDefault(live.streamId(), "");
        String more = live.text().substring(Math.min(before.length(), live.text().length()));
        int end = wholeLines(more, Math.max(LEAST_WIDTH, width.getAsInt() - 2));
        if (end > 0) {
            String whole = more.substring(0, end);
            if (live.thinking()) {
                lines(whole, "~ ", style::dim);
            } else {
                out.accept(Printable.text(whole).stripTrailing());
            }
            spoken.put(live.streamId(), before + whole);
        }
    }

    /// How much of the text fills lines of this width: up to its last line break, or up to a blank
    /// near the width.
    static int wholeLines(String text, int width) {
        int end = text.lastIndexOf('\n') + 1;
        while (text.length() - end > width) {
            int blank = text.lastIndexOf(' ', end + width);
            end = blank > end ? blank + 1 : end + width;
            if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
                end++;
            }
        }
        return end;
    }

    // ---- tools

    private void start(Entry.Tool tool) {
        String title = Printable.line(tool.title(), MAX_ARGUMENT);
        String name = Printable.line(tool.name());
        out.accept(
                style.cyan(
                        (tool.subagent().isPresent() ? "  * " : "* ")
                                + (title.equals(name) ? name : name + ": " + title)));
        FileDiff.of(tool)
                .ifPresentOrElse(
                        this::diff,
                        () -> {
                            String command = tool.input().path("command").asString("");
                            if (!command.isEmpty() && !title.contains(command)) {
                                out.accept(style.dim("    " + Printable.line(command, 400)));
                            }
                        });
    }

    private void finish(Entry.Tool tool) {
        boolean failed = tool.state() == Entry.ToolState.FAILED;
        tool.output()
                .filter(text -> !text.isBlank())
                .ifPresent(
                        text -> {
                            List<String> all = Printable.text(text).strip().lines().toList();
                            all.stream()
                                    .limit(MAX_OUTPUT)
                                    .forEach(line -> out.accept(style.dim("    " + line)));
                            if (all.size() > MAX_OUTPUT) {
                                out.accept(
                                        style.dim(
                                                "    ... "
                                                        + (all.size() - MAX_OUTPUT)
                                                        + " more lines"));
                            }
                        });
        if (failed) {
            out.accept(style.red("    failed: " + Printable.line(tool.name())));
        }
    }

    private void diff(FileDiff diff) {
        diff.lines().stream()
                .limit(MAX_DIFF)
                .forEach(
                        line -> {
                            String text = Printable.line(line.text().replace("\t", "    "), 400);
                            String indented = leading(line.text()) + text;
                            out.accept(
                                    switch (line.kind()) {
                                        case ADDED -> style.green("    + " + indented);
                                        case REMOVED -> style.red("    - " + indented);
                                        case SAME -> "      " + indented;
                                        case OTHER -> style.dim("    " + indented);
                                    });
                        });
        if (diff.lines().size() > MAX_DIFF) {
            out.accept(style.dim("    ... " + (diff.lines().size() - MAX_DIFF) + " more lines"));
        }
    }

    private static String leading(String line) {
        int blanks = 0;
        while (blanks < line.length() && line.charAt(blanks) == ' ') {
            blanks++;
        }
        return line.substring(0, blanks);
    }

    // ---- questions and presence

    private void questions(Map<String, AgentState.Question> open) {
        asked.keySet()
                .removeIf(
                        id -> {
                            boolean answered = !open.containsKey(id);
                            if (answered) {
                                out.accept(style.dim("? answered"));
                            }
                            return answered;
                        });
        open.forEach(
                (id, question) -> {
                    if (asked.putIfAbsent(id, question) == null) {
                        ask(question);
                    }
                });
    }

    private void ask(AgentState.Question question) {
        String tool = Printable.line(question.tool());
        out.accept(style.yellow(style.bold("? The agent wants to use " + tool + ":")));
        Optional<FileDiff> diff = FileDiff.of(question.tool(), question.arguments());
        if (diff.isPresent()) {
            out.accept("    " + Printable.line(diff.get().path()));
            diff(diff.get());
            return;
        }
        JsonNode arguments = question.arguments();
        if (arguments.isObject()) {
            arguments
                    .properties()
                    .forEach(
                            one ->
                                    out.accept(
                                            "    "
                                                    + Printable.line(one.getKey())
                                                    + ": "
                                                    + Printable.line(
                                                            one.getValue().isString()
                                                                    ? one.getValue().asString()
                                                                    : one.getValue().toString(),
                                                            400)));
        } else if (!arguments.isNull()) {
            out.accept("    " + Printable.line(arguments.toString(), 400));
        }
    }

    private void presence(SessionView view) {
        if (active.isPresent() && active.get() != view.active()) {
            out.accept(
                    style.dim(
                            view.active()
                                    ? "- the session runs"
                                    : "- the session does not run at present"));
        }
        active = Optional.of(view.active());
    }
}
