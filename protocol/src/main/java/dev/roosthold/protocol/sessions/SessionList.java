package dev.roosthold.protocol.sessions;

import java.util.List;

/// `{"sessions": [...]}`.
///
/// @param <T> [SessionV1] in the answers of the v1 routes, [Session] in those of the v2 routes
public record SessionList<T>(List<T> sessions) {}
