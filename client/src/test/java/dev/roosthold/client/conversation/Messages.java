package dev.roosthold.client.conversation;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The messages of a session one after the other, as a test tells them.
final class Messages {
    final List<Received> all = new ArrayList<>();
    private String turn = "";

    private Stamp stamp() {
        Stamp stamp = Stamp.of("m" + (all.size() + 1), 1_000L + all.size());
        return turn.isEmpty() ? stamp : stamp.inTurn(turn);
    }

    Messages add(SessionMessage message) {
        return add(Optional.of(message.tree()));
    }

    private Messages add(Optional<ObjectNode> content) {
        long seq = all.size() + 1L;
        all.add(Received.of(seq, "row" + seq, 1_000L + all.size(), content));
        return this;
    }

    Messages json(String json) {
        return add(Optional.of((ObjectNode) Codec.parse(json.getBytes(StandardCharsets.UTF_8))));
    }

    /// Of an older form.
    Messages agent(String type, String data) {
        return json(
                "{\"role\":\"agent\",\"content\":{\"type\":\"%s\",\"id\":\"e\",\"data\":%s}}"
                        .formatted(type, data));
    }

    Messages closed() {
        return add(Optional.empty());
    }

    Messages person(String text) {
        return add(SessionMessage.fromPerson(text, "test"));
    }

    Messages begin(String id) {
        turn = id;
        return add(SessionMessage.turnStart(stamp()));
    }

    Messages say(String text) {
        return add(SessionMessage.text(stamp(), text));
    }

    Messages tool(String call, String name, String title) {
        return add(
                SessionMessage.toolCallStart(stamp(), call, name, title, "", JsonObject.empty()));
    }

    Messages toolEnd(String call) {
        return add(SessionMessage.toolCallEnd(stamp(), call));
    }

    Messages end(TurnStatus status) {
        add(SessionMessage.turnEnd(stamp(), status));
        turn = "";
        return this;
    }

    Stamp outside() {
        turn = "";
        return stamp();
    }

    Conversation conversation() {
        return Conversation.of(all);
    }
}
