package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;

/// What an envelope of the session protocol tells: its `ev`.
public sealed interface SessionEvent {

    /// `text`: words, Markdown.
    ///
    /// @param thinking what the agent thought, shown collapsed
    record Text(String text, boolean thinking) implements SessionEvent {}

    /// `service`: a note about the agent. Only agents have these.
    record Service(String text) implements SessionEvent {}

    /// `tool-call-start`: a row for a tool that runs.
    ///
    /// @param call the same at its end
    record ToolCallStart(
            String call, String name, String title, String description, JsonObject args)
            implements SessionEvent {}

    /// `tool-call-end`: the row has finished. What the tool answered is not sent.
    record ToolCallEnd(String call) implements SessionEvent {}

    /// `file`: an attachment. Its bytes are stored apart, encrypted with the session's blob key.
    ///
    /// @param ref how the relay knows the stored bytes
    /// @param name as the person sees it
    /// @param size of the content in bytes, before encryption
    record FileAttached(
            String ref, String name, long size, Optional<String> mimeType, Optional<Picture> image)
            implements SessionEvent {}

    /// What is known of a file that is a picture.
    ///
    /// @param width in pixels
    /// @param height in pixels
    /// @param thumbhash a tiny preview, base64
    record Picture(long width, long height, Optional<String> thumbhash) {}

    /// `turn-start`: the agent works.
    record TurnStart() implements SessionEvent {}

    /// `turn-end`: the agent is idle.
    record TurnEnd(TurnStatus status) implements SessionEvent {}

    /// `start`: a subagent begins. Only agents have these.
    record Start(Optional<String> title) implements SessionEvent {}

    /// `stop`: a subagent ends. Only agents have these.
    record Stop() implements SessionEvent {}

    /// How a turn ended.
    enum TurnStatus {
        COMPLETED("completed"),
        FAILED("failed"),
        CANCELLED("cancelled");

        private final String wireName;

        TurnStatus(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }

        static Optional<TurnStatus> of(String wireName) {
            return switch (wireName) {
                case "completed" -> Optional.of(COMPLETED);
                case "failed" -> Optional.of(FAILED);
                case "cancelled" -> Optional.of(CANCELLED);
                default -> Optional.empty();
            };
        }
    }
}
