package dev.roosthold.socketio;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One packet of a client.
///
/// @param id the acknowledgement id, or [#NO_ID]
/// @param data the payload, null when there is none
/// @param attachments binary messages that belong to it and follow
record Packet(
        PacketType type, String namespace, long id, @Nullable JsonNode data, int attachments) {
    static final long NO_ID = -1;

    Packet withData(JsonNode complete) {
        return new Packet(type, namespace, id, complete, attachments);
    }
}
