package dev.roosthold.protocol.social;

import java.util.List;

/// Answer of `GET /v1/feed`.
///
/// @param items newest first
/// @param hasMore whether older ones follow inside the bounds that were asked for
public record FeedPage(List<FeedItem> items, boolean hasMore) {}
