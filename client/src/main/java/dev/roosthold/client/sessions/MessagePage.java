package dev.roosthold.client.sessions;

import java.util.List;

/// A part of a session's messages.
///
/// @param hasMore whether there are more in the direction that was asked for
public record MessagePage(List<StoredMessage> messages, boolean hasMore) {}
