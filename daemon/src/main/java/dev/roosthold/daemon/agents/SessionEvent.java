package dev.roosthold.daemon.agents;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a session reacts to, one after the other.
sealed interface SessionEvent {

    /// A person's message.
    record Message(long seq, ObjectNode content) implements SessionEvent {}

    /// `session/update` of the agent with this generation.
    record Update(int generation, JsonNode update) implements SessionEvent {}

    /// The agent asks for permission.
    record Asked(int generation, JsonNode params, CompletableFuture<JsonNode> answer)
            implements SessionEvent {}

    /// The person answers; completes with whether it counted.
    record Answer(ObjectNode params, CompletableFuture<Boolean> counted) implements SessionEvent {}

    /// The agent has answered the prompt of the turn.
    record PromptDone(String turn, @Nullable JsonNode result, @Nullable Throwable failure)
            implements SessionEvent {}

    /// The agent has closed its output.
    record AgentGone(int generation) implements SessionEvent {}

    /// The person wants the turn to end.
    record Abort(CompletableFuture<Boolean> done) implements SessionEvent {}

    /// The turn did not end although the agent was told.
    record Stuck(String turn) implements SessionEvent {}

    /// The agent is wanted now; completes with what went wrong, if anything.
    record Wake(CompletableFuture<Optional<String>> problem) implements SessionEvent {}

    /// Somebody wrote the metadata.
    record Metadata(ObjectNode metadata) implements SessionEvent {}

    /// The session is over.
    ///
    /// @param by who ended it
    /// @param done when nothing of the agent is left and the end is kept
    record End(String by, String reason, CompletableFuture<Boolean> done) implements SessionEvent {}

    /// The daemon stops; the session goes on with its next start.
    record Suspend(CompletableFuture<Boolean> done) implements SessionEvent {}

    /// The relay has no such session any more.
    record Gone() implements SessionEvent {}
}
