package dev.roosthold.daemon.agents;

import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.messages.SessionEvent;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.messages.Stamps;
import dev.roosthold.protocol.messages.TokenUsage;
import java.time.Clock;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ObjectNode;

/// What a session says in the session protocol, as JSON. Messages are shown in the order in which
/// they were made here, whatever the clock does.
final class Envelopes {
    private final Stamps stamps;

    Envelopes(Clock clock, RandomGenerator random) {
        stamps = new Stamps(clock, random);
    }

    private Stamp in(String turn) {
        return stamps.next().inTurn(turn);
    }

    ObjectNode turnStart(String turn) {
        return SessionMessage.turnStart(in(turn)).tree();
    }

    ObjectNode turnEnd(String turn, TurnStatus status) {
        return SessionMessage.turnEnd(in(turn), status).tree();
    }

    /// @param streamId of the live stream that this text ends
    ObjectNode text(String turn, String text, boolean thinking, String streamId) {
        SessionMessage.Protocol message =
                thinking
                        ? SessionMessage.thinking(in(turn), text)
                        : SessionMessage.text(in(turn), text);
        return message.endingStream(streamId).tree();
    }

    ObjectNode service(String turn, String text) {
        return SessionMessage.service(in(turn), text).tree();
    }

    /// Numbers without words.
    ObjectNode usage(String turn, TokenUsage usage) {
        return SessionMessage.usage(in(turn), usage).tree();
    }

    /// The message about a file of the agent; the relay's name for it is still missing, see
    /// [SentFiles].
    ObjectNode file(String turn, AgentFile file) {
        return SessionMessage.file(
                        in(turn),
                        new SessionEvent.FileAttached(
                                "",
                                file.name(),
                                file.bytes().length,
                                file.mimeType(),
                                file.picture()))
                .tree();
    }

    ObjectNode toolStart(
            String turn, String call, String name, String title, String about, ObjectNode args) {
        return SessionMessage.toolCallStart(
                        in(turn),
                        call,
                        name,
                        title,
                        about,
                        JsonObject.from(args).orElse(JsonObject.empty()))
                .tree();
    }

    ObjectNode toolEnd(String turn, String call) {
        return SessionMessage.toolCallEnd(in(turn), call).tree();
    }
}
