package dev.roosthold.daemon.agents;

import java.time.Clock;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Messages of the session protocol as JSON.
final class Envelopes {
    private final Clock clock;

    Envelopes(Clock clock) {
        this.clock = clock;
    }

    private ObjectNode event(String turn, String type) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("role", "session");
        ObjectNode content = message.putObject("content");
        content.put("id", UUID.randomUUID().toString());
        content.put("time", clock.millis());
        content.put("role", "agent");
        if (!turn.isEmpty()) {
            content.put("turn", turn);
        }
        content.putObject("ev").put("t", type);
        message.putObject("meta").put("sentFrom", "cli");
        return message;
    }

    private static ObjectNode ev(ObjectNode message) {
        return (ObjectNode) message.path("content").path("ev");
    }

    ObjectNode turnStart(String turn) {
        return event(turn, "turn-start");
    }

    /// @param status `completed`, `failed` or `cancelled`
    ObjectNode turnEnd(String turn, String status) {
        ObjectNode message = event(turn, "turn-end");
        ev(message).put("status", status);
        return message;
    }

    /// @param streamId of the live stream that this text ends
    ObjectNode text(String turn, String text, boolean thinking, String streamId) {
        ObjectNode message = event(turn, "text");
        ev(message).put("text", text);
        if (thinking) {
            ev(message).put("thinking", true);
        }
        ((ObjectNode) message.path("content")).put("streamId", streamId);
        return message;
    }

    ObjectNode service(String turn, String text) {
        ObjectNode message = event(turn, "service");
        ev(message).put("text", text);
        return message;
    }

    /// Numbers without words.
    ObjectNode usage(String turn, ObjectNode usage) {
        ObjectNode message = service(turn, "");
        ((ObjectNode) message.path("content")).set("usage", usage);
        return message;
    }

    ObjectNode toolStart(
            String turn, String call, String name, String title, String about, ObjectNode args) {
        ObjectNode message = event(turn, "tool-call-start");
        ev(message)
                .put("call", call)
                .put("name", name)
                .put("title", title)
                .put("description", about)
                .set("args", args);
        return message;
    }

    ObjectNode toolEnd(String turn, String call) {
        ObjectNode message = event(turn, "tool-call-end");
        ev(message).put("call", call);
        return message;
    }
}
