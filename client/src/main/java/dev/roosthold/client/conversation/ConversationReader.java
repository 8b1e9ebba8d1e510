package dev.roosthold.client.conversation;

import dev.roosthold.client.conversation.Entry.Speaker;
import dev.roosthold.client.conversation.Entry.ToolState;
import dev.roosthold.protocol.messages.AgentStep;
import dev.roosthold.protocol.messages.Envelope;
import dev.roosthold.protocol.messages.SessionEvent;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.SessionNotice;
import dev.roosthold.protocol.messages.TokenUsage;
import dev.roosthold.protocol.messages.TranscriptLine;
import dev.roosthold.protocol.messages.TranscriptLine.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Reads the messages of a session one after the other. Made for one reading; one thread.
final class ConversationReader {
    private static final String SIDECHAIN = "sidechain";

    /// By id; the first of two with one id stands. Insertion order is the order of the messages.
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private final List<Turn> turns = new ArrayList<>();
    private Optional<TokenUsage> usage = Optional.empty();

    void read(Received received) {
        if (received.message().isEmpty()) {
            add(new Entry.Unreadable(received.id(), received.createdAtMs()));
            return;
        }
        switch (received.message().get()) {
            case SessionMessage.Person person -> person(received, person);
            case SessionMessage.Protocol protocol -> envelope(received, protocol.envelope());
            case SessionMessage.Transcript transcript -> line(received, transcript.line());
            case SessionMessage.Agent agent -> step(received, agent.step());
            case SessionMessage.Notice notice -> notice(received, notice.notice());
            case SessionMessage.Unreadable _ ->
                    add(new Entry.Unreadable(received.id(), received.createdAtMs()));
        }
    }

    Conversation conversation(long lastSeq) {
        List<Entry> shown = new ArrayList<>(entries.values());
        // Stable: rows of one moment stay in the order of their messages.
        shown.sort(Comparator.comparingLong(Entry::timeMs));
        return new Conversation(shown, turns, usage, lastSeq);
    }

    private void add(Entry entry) {
        entries.putIfAbsent(entry.id(), entry);
    }

    private void person(Received received, SessionMessage.Person person) {
        if (!SessionMessage.isTaskNotification(person.text())) {
            words(
                    received.id(),
                    received.createdAtMs(),
                    Speaker.PERSON,
                    person.meta().displayText().orElse(person.text()));
        }
    }

    private void words(String id, long timeMs, Speaker speaker, String text) {
        words(id, timeMs, speaker, text, false, Optional.empty());
    }

    private void words(
            String id,
            long timeMs,
            Speaker speaker,
            String text,
            boolean thinking,
            Optional<String> subagent) {
        add(new Entry.Words(id, timeMs, speaker, text, thinking, subagent, Optional.empty()));
    }

    // ---- the session protocol

    private void envelope(Received received, Envelope envelope) {
        if (envelope.isIgnored()) {
            return;
        }
        envelope.usage().ifPresent(used -> usage = Optional.of(used));
        if (envelope.isUsageOnly()) {
            return;
        }
        // Its beginning may lie before the first of these messages.
        envelope.turn()
                .filter(turn -> turns.stream().noneMatch(known -> known.id().equals(turn)))
                .ifPresent(turn -> begin(turn, received.seq()));
        String id = envelope.id();
        long time = envelope.timeMs();
        Speaker speaker = envelope.role() == Envelope.Role.USER ? Speaker.PERSON : Speaker.AGENT;
        switch (envelope.event()) {
            case SessionEvent.Text(String text, boolean thinking) -> {
                if (envelope.isShown()) {
                    add(
                            new Entry.Words(
                                    id,
                                    time,
                                    speaker,
                                    text,
                                    thinking,
                                    envelope.subagent(),
                                    received.streamId()));
                }
            }
            case SessionEvent.Service(String text) -> add(new Entry.Note(id, time, text));
            case SessionEvent.ToolCallStart start ->
                    add(
                            new Entry.Tool(
                                    tool(start.call()),
                                    time,
                                    start.name(),
                                    start.title().isBlank() ? start.name() : start.title(),
                                    start.args().tree(),
                                    ToolState.RUNNING,
                                    Optional.empty(),
                                    envelope.subagent()));
            case SessionEvent.ToolCallEnd(String call) ->
                    change(call, tool -> tool.finished(ToolState.DONE, Optional.empty()));
            case SessionEvent.FileAttached file ->
                    add(new Entry.Attached(id, time, speaker, file.name(), file.size()));
            case SessionEvent.TurnEnd(TurnStatus status) -> {
                if (envelope.subagent().isEmpty()) {
                    end(envelope.turn().orElse(id), id, received.seq(), time, status);
                }
            }
            case SessionEvent.TurnStart _, SessionEvent.Start _, SessionEvent.Stop _ -> {}
        }
    }

    private static String tool(String call) {
        return "tool:" + call;
    }

    private void change(String call, UnaryOperator<Entry.Tool> change) {
        entries.computeIfPresent(
                tool(call),
                (_, entry) -> entry instanceof Entry.Tool tool ? change.apply(tool) : entry);
    }

    /// A turn that began while another was open replaces it: its process has gone without a word.
    private void begin(String turn, long seq) {
        turns.add(new Turn(turn, seq, Optional.empty()));
    }

    private void end(String turn, String id, long seq, long timeMs, TurnStatus status) {
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (turns.get(i).id().equals(turn) && turns.get(i).end().isEmpty()) {
                turns.set(i, turns.get(i).ended(seq, status));
                stopTools();
                break;
            }
        }
        add(new Entry.TurnOver(id, timeMs, status));
    }

    /// No tool runs on when its turn is over.
    private void stopTools() {
        entries.replaceAll(
                (_, entry) ->
                        entry instanceof Entry.Tool tool && tool.state() == ToolState.RUNNING
                                ? tool.finished(ToolState.DONE, Optional.empty())
                                : entry);
    }

    // ---- transcript lines

    private void line(Received received, TranscriptLine line) {
        if (line.isMeta() || line.isCompactSummary()) {
            return;
        }
        Optional<String> subagent = line.isSidechain() ? Optional.of(SIDECHAIN) : Optional.empty();
        String id = line.uuid().orElse(received.id());
        switch (line.content()) {
            case TranscriptLine.Content.Assistant assistant -> {
                assistant.usage().ifPresent(used -> usage = Optional.of(used));
                works(received);
                blocks(received, id, assistant.blocks(), Speaker.AGENT, subagent);
            }
            // The prompt of a subagent is not a person's.
            case TranscriptLine.Content.User(List<Block> blocks) ->
                    blocks(
                            received,
                            id,
                            line.isSidechain()
                                    ? blocks.stream()
                                            .filter(block -> !(block instanceof Block.Text))
                                            .toList()
                                    : blocks,
                            Speaker.PERSON,
                            subagent);
            case TranscriptLine.Content.Summary _, TranscriptLine.Content.Other() -> {}
        }
    }

    private void blocks(
            Received received,
            String id,
            List<Block> blocks,
            Speaker speaker,
            Optional<String> subagent) {
        long time = received.createdAtMs();
        for (int i = 0; i < blocks.size(); i++) {
            String part = id + "#" + i;
            switch (blocks.get(i)) {
                case Block.Text(String text) -> {
                    if (speaker == Speaker.AGENT || !SessionMessage.isTaskNotification(text)) {
                        words(part, time, speaker, text, false, subagent);
                    }
                }
                case Block.Thinking(String text) ->
                        words(part, time, speaker, text, true, subagent);
                case Block.ToolUse(String call, String name, JsonNode input) ->
                        add(running(call, time, name, input, subagent));
                case Block.ToolResult(String call, JsonNode content, boolean isError) ->
                        change(call, tool -> tool.finished(state(isError), text(content)));
                case Block.Unknown _ -> {}
            }
        }
    }

    private static Entry.Tool running(
            String call, long timeMs, String name, JsonNode input, Optional<String> subagent) {
        return new Entry.Tool(
                tool(call),
                timeMs,
                name,
                name,
                input,
                ToolState.RUNNING,
                Optional.empty(),
                subagent);
    }

    private static ToolState state(boolean isError) {
        return isError ? ToolState.FAILED : ToolState.DONE;
    }

    /// The words in a tool's answer: a text, parts with texts, or whatever it is.
    private static Optional<String> text(JsonNode content) {
        if (content.isString()) {
            return Optional.of(content.asString());
        }
        if (content.isArray()) {
            List<String> texts = new ArrayList<>();
            content.forEach(part -> part.path("text").asStringOpt().ifPresent(texts::add));
            return Optional.of(String.join("\n", texts));
        }
        return content.isNull() || content.isMissingNode()
                ? Optional.empty()
                : Optional.of(content.toString());
    }

    // ---- other older forms

    private void step(Received received, AgentStep step) {
        long time = received.createdAtMs();
        String id = received.id();
        switch (step) {
            case AgentStep.Said(String message) -> {
                works(received);
                words(id, time, Speaker.AGENT, message);
            }
            case AgentStep.Thought(String message) -> {
                works(received);
                words(id, time, Speaker.AGENT, message, true, Optional.empty());
            }
            case AgentStep.ToolCall(String call, String name, JsonNode input, String _) -> {
                works(received);
                add(running(call, time, name, input, Optional.empty()));
            }
            case AgentStep.ToolResult(String call, JsonNode output, String _, boolean isError) ->
                    change(call, tool -> tool.finished(state(isError), text(output)));
            case AgentStep.TerminalOutput(String data, String call) ->
                    change(call, tool -> tool.saying(data));
            case AgentStep.FileEdit edit ->
                    add(
                            new Entry.FileChange(
                                    id,
                                    time,
                                    edit.filePath(),
                                    edit.description(),
                                    edit.diff(),
                                    edit.oldContent(),
                                    edit.newContent()));
            case AgentStep.TaskStarted(String task) -> {
                if (turns.stream().noneMatch(known -> known.id().equals(task))) {
                    begin(task, received.seq());
                }
            }
            case AgentStep.TaskComplete(String task) ->
                    end(task, id, received.seq(), time, TurnStatus.COMPLETED);
            case AgentStep.TurnAborted(String task) ->
                    end(task, id, received.seq(), time, TurnStatus.CANCELLED);
            // Open questions are in the agent state, where they are also answered.
            case AgentStep.PermissionRequest _, AgentStep.TokenCount _, AgentStep.Unknown _ -> {}
        }
    }

    /// These forms do not tell when a turn begins.
    private void works(Received received) {
        if (turns.isEmpty() || turns.getLast().end().isPresent()) {
            begin(received.id(), received.seq());
        }
    }

    private void notice(Received received, SessionNotice notice) {
        long time = received.createdAtMs();
        String id = received.id();
        switch (notice) {
            case SessionNotice.Ready() -> {
                if (!turns.isEmpty() && turns.getLast().end().isEmpty()) {
                    end(turns.getLast().id(), id, received.seq(), time, TurnStatus.COMPLETED);
                }
            }
            case SessionNotice.Switch(String mode) ->
                    add(
                            new Entry.Note(
                                    id,
                                    time,
                                    mode.equals("local")
                                            ? "The terminal of the session has control."
                                            : "The session is controlled from afar."));
            case SessionNotice.Note(String message) -> add(new Entry.Note(id, time, message));
            case SessionNotice.LimitReached _ ->
                    add(new Entry.Note(id, time, "The usage limit at the vendor is reached."));
            case SessionNotice.Unknown _ -> {}
        }
    }
}
