package dev.roosthold.protocol.updates;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import tools.jackson.databind.JsonNode;

/// The argument of the socket event `ephemeral`: never stored, never numbered.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Ephemeral.SessionActivity.class, name = "activity"),
    @JsonSubTypes.Type(value = Ephemeral.MachineActivity.class, name = "machine-activity"),
    @JsonSubTypes.Type(value = Ephemeral.Usage.class, name = "usage"),
    @JsonSubTypes.Type(value = Ephemeral.SessionEvent.class, name = "session-event")
})
public sealed interface Ephemeral {

    /// A session was active, came or went.
    ///
    /// @param activeAt Unix milliseconds of the last activity
    record SessionActivity(SessionId id, boolean active, long activeAt, boolean thinking)
            implements Ephemeral {}

    /// What a session has used up, as reported; a report replaces the last one of its key.
    ///
    /// @param id the session
    /// @param tokens numbers by kind, `total` among them
    /// @param cost numbers by kind, `total` among them
    /// @param timestamp Unix milliseconds
    record Usage(SessionId id, String key, JsonNode tokens, JsonNode cost, long timestamp)
            implements Ephemeral {}

    /// A session wants to be looked at. Title and body are plain text.
    ///
    /// @param kind `done`, `permission` or `question`
    /// @param timestamp Unix milliseconds
    record SessionEvent(SessionId sessionId, String kind, String title, String body, long timestamp)
            implements Ephemeral {}

    /// A machine was active, came or went.
    ///
    /// @param activeAt Unix milliseconds of the last activity
    record MachineActivity(MachineId id, boolean active, long activeAt) implements Ephemeral {}
}
