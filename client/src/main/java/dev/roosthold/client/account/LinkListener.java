package dev.roosthold.client.account;

import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// Hears of a connection besides its updates. All methods may do nothing.
public interface LinkListener {

    /// Hears nothing.
    LinkListener NONE = new LinkListener() {};

    /// There is a connection. Must not block for long.
    default void connected() {}

    /// There is none; the next attempt comes after the pause.
    default void waiting(String reason, Duration pause) {}

    /// An event that is not stored, as it arrives: `ephemeral` (who is active),
    /// `session-stream` and `machine-stream` (text while it is made, `data` encrypted with the key
    /// of the session or machine). Called on a thread of the socket; must not block.
    default void event(String name, JsonNode argument) {}
}
