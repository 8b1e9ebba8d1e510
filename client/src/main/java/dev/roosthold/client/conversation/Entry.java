package dev.roosthold.client.conversation;

import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A row of a conversation. Texts are as they came: whoever shows them on a terminal takes control
/// characters out.
public sealed interface Entry {

    /// Unique in the conversation, and the same each time it is read.
    String id();

    /// Unix milliseconds; rows are in this order.
    long timeMs();

    /// Who speaks.
    enum Speaker {
        PERSON,
        AGENT
    }

    /// Words, Markdown.
    ///
    /// @param thinking what the agent thought; shown apart
    /// @param subagent whose words they are; empty for the agent itself
    /// @param streamId the live stream in which they were shown while they were made
    record Words(
            String id,
            long timeMs,
            Speaker speaker,
            String text,
            boolean thinking,
            Optional<String> subagent,
            Optional<String> streamId)
            implements Entry {}

    /// A note of the session about itself.
    record Note(String id, long timeMs, String text) implements Entry {}

    /// A tool that the agent uses.
    ///
    /// @param title one line for the person; the name when the agent gave none
    /// @param output what it answered, as far as it was told
    record Tool(
            String id,
            long timeMs,
            String name,
            String title,
            JsonNode input,
            ToolState state,
            Optional<String> output,
            Optional<String> subagent)
            implements Entry {

        Tool finished(ToolState end, Optional<String> answer) {
            Optional<String> all = answer.isPresent() ? answer : output;
            return new Tool(id, timeMs, name, title, input, end, all, subagent);
        }

        Tool saying(String more) {
            return new Tool(
                    id,
                    timeMs,
                    name,
                    title,
                    input,
                    state,
                    Optional.of(output.orElse("") + more),
                    subagent);
        }
    }

    /// How far a tool is.
    enum ToolState {
        RUNNING,
        DONE,
        FAILED
    }

    /// A change of a file that was told without a tool.
    record FileChange(
            String id,
            long timeMs,
            String path,
            String description,
            Optional<String> diff,
            Optional<String> before,
            Optional<String> after)
            implements Entry {}

    /// A file that was attached.
    ///
    /// @param size in bytes
    record Attached(String id, long timeMs, Speaker speaker, String name, long size)
            implements Entry {}

    /// The agent's turn is over.
    record TurnOver(String id, long timeMs, TurnStatus status) implements Entry {}

    /// A message that does not open here, or is of a form that is not known.
    record Unreadable(String id, long timeMs) implements Entry {}
}
