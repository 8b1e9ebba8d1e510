package dev.roosthold.protocol.social;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One item of a feed.
///
/// @param body `{kind, ...}`
/// @param repeatKey an item replaces the earlier one with the same key; null for none
/// @param cursor position in the feed
/// @param createdAt Unix milliseconds
public record FeedItem(
        String id, JsonNode body, @Nullable String repeatKey, String cursor, long createdAt) {}
