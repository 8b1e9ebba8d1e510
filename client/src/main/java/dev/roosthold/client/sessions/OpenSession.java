package dev.roosthold.client.sessions;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.Versioned;
import dev.roosthold.protocol.SessionId;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A session with the key to it.
///
/// @param row as it was when it was read
public record OpenSession(SessionRow row, EncryptedJson encryption) {

    public SessionId id() {
        return row.id();
    }

    /// Empty when it does not open with the session's key.
    public Optional<ObjectNode> metadata() {
        return open(row.metadata());
    }

    /// An empty object before the first write. Empty when it does not open with the session's key.
    public Optional<ObjectNode> agentState() {
        return open(row.agentState());
    }

    private Optional<ObjectNode> open(Versioned field) {
        String text = field.value();
        return text == null
                ? Optional.of(JsonNodeFactory.instance.objectNode())
                : encryption.open(text);
    }
}
