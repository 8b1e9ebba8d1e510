package dev.roosthold.protocol.sessions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of `GET /v2/sessions`.
///
/// @param nextCursor what the next request passes as `cursor`; null on the last page
public record SessionPage(List<Session> sessions, @Nullable String nextCursor, boolean hasNext) {}
