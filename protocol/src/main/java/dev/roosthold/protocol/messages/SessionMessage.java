package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A message of a session: `{"role": ..., "content": ..., "meta"?: {...}}`.
///
/// | Case | Written by |
/// |---|---|
/// | [Person] | apps, for the agent |
/// | [Protocol] | session processes; apps, for attached files |
/// | [Transcript], [Agent], [Notice] | session processes before the session protocol |
///
/// A session process writes with the methods that begin with a [Stamp]:
///
/// ```java
/// Stamp stamp = stamps.next().inTurn(turn);
/// SessionMessage.toolCallStart(stamp, call, "Bash", "List files", "ls", args).tree();
/// ```
///
/// Immutable.
public sealed interface SessionMessage {

    /// Settings and origin; empty when the message has none.
    MessageMeta meta();

    /// The message as it is encrypted. Messages in older forms, and those that were not
    /// understood, are as they were read.
    ObjectNode tree();

    /// What a person typed. A session process that reads it acts on it when [#isInput] says so.
    record Person(String text, MessageMeta meta) implements SessionMessage {

        @Override
        public ObjectNode tree() {
            return MessageCodec.write(this);
        }

        /// Whether the text is for the agent: its permission mode, if it has one, is known.
        /// Input with another mode is ignored, because the person meant a limit that nobody here
        /// can keep.
        public boolean isInput() {
            return !meta.hasUnknownPermissionMode();
        }
    }

    /// An envelope of the session protocol.
    ///
    /// @param wrapped in the older form `content: {"type": "session", "data": envelope}`
    record Protocol(Envelope envelope, boolean wrapped, MessageMeta meta)
            implements SessionMessage {

        @Override
        public ObjectNode tree() {
            return MessageCodec.write(this);
        }

        /// The same with what the agent has used up.
        public Protocol withUsage(TokenUsage usage) {
            return new Protocol(envelope.withUsage(usage), wrapped, meta);
        }

        /// The same as the end of a live stream: who follows the stream replaces what it has shown
        /// of it by this message.
        public Protocol endingStream(String streamId) {
            return new Protocol(envelope, wrapped, meta.withStreamId(streamId));
        }

        /// The same, from somebody else than the command line.
        public Protocol from(String sender) {
            return new Protocol(envelope, wrapped, meta.withSentFrom(sender));
        }
    }

    /// A message in a form before the session protocol. Nobody writes these any more, so they keep
    /// what they were read from.
    sealed interface Older extends SessionMessage {

        /// As it was read.
        JsonObject message();

        @Override
        default MessageMeta meta() {
            return MessageMeta.of(message().object("meta"));
        }

        @Override
        default ObjectNode tree() {
            return message().tree();
        }
    }

    /// A line of a Claude transcript: content type `output`.
    record Transcript(TranscriptLine line, JsonObject message) implements Older {}

    /// A step of another agent: content type `codex`, `acp` or the bare name of an agent.
    ///
    /// @param agent its name: the content type, or the provider with `acp`
    record Agent(String agent, AgentStep step, JsonObject message) implements Older {}

    /// A notice of the session process: content type `event`.
    record Notice(String id, SessionNotice notice, JsonObject message) implements Older {}

    /// Something of a later version, or nothing that makes sense. Kept as it is.
    ///
    /// @param message empty when it was no object
    record Unreadable(JsonObject message) implements SessionMessage {

        @Override
        public MessageMeta meta() {
            return MessageMeta.of(message.object("meta"));
        }

        @Override
        public ObjectNode tree() {
            return message.tree();
        }
    }

    /// Reads any message. Never fails.
    static SessionMessage read(JsonNode plaintext) {
        return MessageCodec.read(plaintext);
    }

    // ---- what an app writes

    /// A person's words.
    ///
    /// @param sentFrom `web`, `ios`, `cli` and so on
    static Person fromPerson(String text, String sentFrom) {
        return new Person(text, MessageMeta.sentFrom(sentFrom));
    }

    /// A file that a person attached, see [SessionEvent.FileAttached]; written in the wrapped form,
    /// as the apps do.
    static Protocol attachment(Stamp stamp, SessionEvent.FileAttached file, String sentFrom) {
        return new Protocol(
                stamp.envelope(Envelope.Role.USER, file), true, MessageMeta.sentFrom(sentFrom));
    }

    // ---- what a session process writes

    /// The agent begins a turn. All that belongs to the turn has its id in the stamp.
    static Protocol turnStart(Stamp stamp) {
        return fromAgent(stamp, new SessionEvent.TurnStart());
    }

    /// The agent is idle again.
    static Protocol turnEnd(Stamp stamp, SessionEvent.TurnStatus status) {
        return fromAgent(stamp, new SessionEvent.TurnEnd(status));
    }

    /// What the agent said, Markdown.
    static Protocol text(Stamp stamp, String markdown) {
        return fromAgent(stamp, new SessionEvent.Text(markdown, false));
    }

    /// What the agent thought, Markdown; shown collapsed.
    static Protocol thinking(Stamp stamp, String markdown) {
        return fromAgent(stamp, new SessionEvent.Text(markdown, true));
    }

    /// What a person typed at the terminal of the session. Belongs to no turn.
    static Protocol typed(Stamp stamp, String text) {
        return fromCommandLine(
                stamp.envelope(Envelope.Role.USER, new SessionEvent.Text(text, false)));
    }

    /// A tool runs.
    ///
    /// @param call the same in [#toolCallEnd]
    /// @param name of the tool
    /// @param title what the row says, one line
    /// @param description what the tool does here
    /// @param args the tool's input
    static Protocol toolCallStart(
            Stamp stamp,
            String call,
            String name,
            String title,
            String description,
            JsonObject args) {
        return fromAgent(
                stamp, new SessionEvent.ToolCallStart(call, name, title, description, args));
    }

    /// A tool has finished. Its output is not sent.
    static Protocol toolCallEnd(Stamp stamp, String call) {
        return fromAgent(stamp, new SessionEvent.ToolCallEnd(call));
    }

    /// A file that the agent shows; its bytes are an attachment of the session.
    static Protocol file(Stamp stamp, SessionEvent.FileAttached file) {
        return fromAgent(stamp, file);
    }

    /// A note of the session process about the agent, Markdown.
    static Protocol service(Stamp stamp, String text) {
        return fromAgent(stamp, new SessionEvent.Service(text));
    }

    /// Only what the agent has used up; shows nothing. Needs no turn.
    static Protocol usage(Stamp stamp, TokenUsage usage) {
        return service(stamp, "").withUsage(usage);
    }

    /// A subagent begins; the stamp names it.
    static Protocol subagentStart(Stamp stamp, Optional<String> title) {
        return fromAgent(stamp, new SessionEvent.Start(title));
    }

    /// A subagent ends; the stamp names it.
    static Protocol subagentStop(Stamp stamp) {
        return fromAgent(stamp, new SessionEvent.Stop());
    }

    private static Protocol fromAgent(Stamp stamp, SessionEvent event) {
        return fromCommandLine(stamp.envelope(Envelope.Role.AGENT, event));
    }

    private static Protocol fromCommandLine(Envelope envelope) {
        return new Protocol(envelope, false, MessageMeta.sentFrom("cli"));
    }

    /// Whether a person's text is only what a background task reported: blocks
    /// `<task-notification>...</task-notification>` and nothing else. It is not shown.
    static boolean isTaskNotification(String text) {
        return Notifications.ONLY.matcher(text).matches();
    }

    /// Holds the pattern, because a constant of the interface would be public.
    final class Notifications {
        private static final Pattern ONLY =
                Pattern.compile(
                        "(?:\\s*+<task-notification>(?:(?!</task-notification>).)*+"
                                + "</task-notification>)++\\s*+",
                        Pattern.DOTALL);

        private Notifications() {}
    }
}
