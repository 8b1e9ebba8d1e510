package dev.roosthold.client.conversation;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.protocol.messages.SessionMessage;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A message of a session, opened.
///
/// @param seq number in the session
/// @param id of the stored message
/// @param createdAtMs when the relay stored it, Unix milliseconds
/// @param message empty when it does not open with the session's key
/// @param streamId the live stream that it ends
public record Received(
        long seq,
        String id,
        long createdAtMs,
        Optional<SessionMessage> message,
        Optional<String> streamId) {

    public static Received of(StoredMessage stored, EncryptedJson session) {
        return of(stored.seq(), stored.id(), stored.createdAtMs(), stored.open(session));
    }

    /// @param content decrypted; empty when it does not open
    static Received of(long seq, String id, long createdAtMs, Optional<ObjectNode> content) {
        Optional<SessionMessage> message = content.map(SessionMessage::read);
        return new Received(
                seq,
                id,
                createdAtMs,
                message,
                message.flatMap(read -> read.meta().streamId())
                        .or(() -> content.flatMap(Received::streamOfContent)));
    }

    /// Some writers put it beside the envelope's fields.
    private static Optional<String> streamOfContent(ObjectNode message) {
        JsonNode id = message.path("content").path("streamId");
        return id.isString() ? Optional.of(id.asString()) : Optional.empty();
    }
}
