package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.UpdateAnswer;
import dev.roosthold.protocol.updates.UpdateBody;

/// The encrypted fields of a session that are written by naming the version they replace.
enum VersionedField {
    METADATA,
    AGENT_STATE;

    /// What is told of a written field.
    UpdateBody.UpdateSession update(SessionId id, Versioned now) {
        return switch (this) {
            case METADATA -> new UpdateBody.UpdateSession(id, now, null);
            case AGENT_STATE -> new UpdateBody.UpdateSession(id, null, now);
        };
    }

    UpdateAnswer answer(String result, Versioned now) {
        return switch (this) {
            case METADATA -> new UpdateAnswer.OfMetadata(result, now.version(), now.value());
            case AGENT_STATE -> new UpdateAnswer.OfAgentState(result, now.version(), now.value());
        };
    }
}
