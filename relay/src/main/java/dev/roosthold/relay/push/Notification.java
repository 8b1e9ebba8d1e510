package dev.roosthold.relay.push;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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
        ObjectNode plain = data(session, kind, JsonNodeFactory.instance.objectNode());
        var whole = new Notification(session, kind, title, body, data(session, kind, added));
        if (whole.json().length <= MAX_BYTES) {
            return whole;
        }
        var withoutData = new Notification(session, kind, title, body, plain);
        return withoutData.json().length <= MAX_BYTES
                ? withoutData
                : new Notification(session, kind, title, "", plain);
    }

    /// `{title, body, data}` as UTF-8; at most 3,900 bytes.
    byte[] json() {
        var object = JsonNodeFactory.instance.objectNode();
        object.put("title", title).put("body", body).set("data", data);
        // By way of a text: half of a surrogate pair becomes a question mark and no error.
        return Codec.printText(object).getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode data(SessionId session, Kind kind, ObjectNode added) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("sessionId", session.value());
        data.setAll(added);
        return data.put("kind", kind.wire());
    }
}
