package dev.roosthold.relay.messages;

import dev.roosthold.protocol.sessions.Message;
import java.util.List;

/// A part of a session's messages.
///
/// @param hasMore whether there are more in the direction of the request
record Page(List<Message> messages, boolean hasMore) {}
