package dev.roosthold.relay.push;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// What the person is told. Plain text.
///
/// @param title 1 to 200 characters
/// @param body up to 500 characters
/// @param data for the app: `sessionId`, whatever the session added, `kind`
record Notification(SessionId session, Kind kind, String title, String body, ObjectNode data) {
    /// Push services take 4,096 bytes with everything around it.
    private static final int MAX_BYTES = 3_900;

    /// A notification that fits: what the session added to the data goes first, then the body.
    ///
    /// @param added may name another `sessionId`, but no other `kind`
    static Notification of(
            SessionId session, Kind kind, String title, String body, ObjectNode added) {
        String heading = whole(title);
        String text = whole(body);
        ObjectNode plain = data(session, kind, JsonNodeFactory.instance.objectNode());
        var complete = new Notification(session, kind, heading, text, data(session, kind, added));
        if (complete.fits()) {
            return complete;
        }
        var withoutData = new Notification(session, kind, heading, text, plain);
        return withoutData.fits()
                ? withoutData
                : new Notification(session, kind, heading, "", plain);
    }

    /// `{title, body, data}` as UTF-8; at most 3,900 bytes.
    byte[] json() {
        var object = JsonNodeFactory.instance.objectNode();
        object.put("title", title).put("body", body).set("data", data);
        return Codec.print(object);
    }

    private boolean fits() {
        return json().length <= MAX_BYTES;
    }

    /// With a question mark for half of a surrogate pair, which has no form in UTF-8: sessions cut
    /// texts to length without looking where.
    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /// Every text and name in it, see [#whole(String)]. The depth was bounded when it was parsed.
    private static JsonNode whole(JsonNode node) {
        return switch (node) {
            case StringNode text -> StringNode.valueOf(whole(text.stringValue()));
            case ObjectNode object -> {
                ObjectNode copy = JsonNodeFactory.instance.objectNode();
                object.forEachEntry((name, value) -> copy.set(whole(name), whole(value)));
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
                array.forEach(item -> copy.add(whole(item)));
                yield copy;
            }
            default -> node;
        };
    }

    private static ObjectNode data(SessionId session, Kind kind, ObjectNode added) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("sessionId", session.value());
        added.forEachEntry((name, value) -> data.set(whole(name), whole(value)));
        return data.put("kind", kind.wire());
    }
}
