package dev.roosthold.client.sessions;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.sessions.Message;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// A message as the relay stores it.
///
/// @param seq number in the session, from 1 without holes
/// @param localId chosen by its sender, unique in the session
/// @param sealed the encrypted content
public record StoredMessage(
        String id,
        long seq,
        Optional<String> localId,
        long createdAtMs,
        long updatedAtMs,
        String sealed) {

    public static StoredMessage of(Message wire) {
        return new StoredMessage(
                wire.id(),
                wire.seq(),
                Optional.ofNullable(wire.localId()),
                wire.createdAt(),
                wire.updatedAt(),
                wire.content().c());
    }

    /// What is in it; empty when it does not open with this key or is no JSON object.
    public Optional<SessionMessage> read(EncryptedJson session) {
        return open(session).map(SessionMessage::read);
    }

    /// The content; empty when it does not open with this key or is no JSON object.
    public Optional<ObjectNode> open(EncryptedJson session) {
        return session.open(sealed);
    }
}
