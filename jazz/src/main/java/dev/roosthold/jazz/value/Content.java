package dev.roosthold.jazz.value;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A piece of a value as it travels.
///
/// @param header present when the receiver is not known to have the value
/// @param expectUntil counts at which the value is complete, in the first of several pieces;
///     otherwise empty
public record Content(
        CoId id,
        @Nullable Header header,
        int priority,
        Map<SessionId, SessionContent> sessions,
        Map<SessionId, Integer> expectUntil) {
    public Content {
        sessions = Collections.unmodifiableMap(new LinkedHashMap<>(sessions));
        expectUntil = Collections.unmodifiableMap(new LinkedHashMap<>(expectUntil));
    }
}
