package dev.roosthold.relay.messages;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import org.jspecify.annotations.Nullable;

/// A message that a client wants stored, prepared for the writer: what costs time with the size of
/// the text is done before.
///
/// @param id made by the relay
/// @param content the encrypted text
/// @param contentJson the same as a JSON string
record Draft(String id, @Nullable String localId, String content, String contentJson) {

    static Draft of(String id, @Nullable String localId, String content) {
        return new Draft(id, localId, content, Codec.printText(content));
    }

    /// The update that tells of the message, as
    /// [dev.roosthold.protocol.updates.UpdateBody.NewMessage] is printed.
    String newMessageJson(SessionId session, Receipt stored) {
        return "{\"t\":\"new-message\",\"sid\":"
                + Codec.printText(session.value())
                + ",\"message\":{\"id\":\""
                + id
                + "\",\"seq\":"
                + stored.seq()
                + ",\"content\":{\"t\":\"encrypted\",\"c\":"
                + contentJson
                + "},\"localId\":"
                + (localId == null ? "null" : Codec.printText(localId))
                + ",\"createdAt\":"
                + stored.createdAt()
                + ",\"updatedAt\":"
                + stored.updatedAt()
                + "}}";
    }
}
