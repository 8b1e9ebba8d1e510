package dev.roosthold.jazz.value;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import java.util.HashMap;
import java.util.Map;

/// How much of a value somebody has: transactions per session.
public record KnownState(CoId id, boolean header, Map<SessionId, Integer> sessions) {
    public KnownState {
        sessions = Map.copyOf(sessions);
    }

    public static KnownState nothing(CoId id) {
        return new KnownState(id, false, Map.of());
    }

    public int count(SessionId session) {
        return sessions.getOrDefault(session, 0);
    }

    /// What one has who has both: the larger count of each session.
    public KnownState merge(KnownState other) {
        var merged = new HashMap<>(sessions);
        other.sessions.forEach((session, count) -> merged.merge(session, count, Math::max));
        return new KnownState(id, header || other.header, merged);
    }

    /// Whether nothing of `other` is missing here.
    public boolean covers(KnownState other) {
        if (other.header && !header) {
            return false;
        }
        for (var session : other.sessions.entrySet()) {
            if (count(session.getKey()) < session.getValue()) {
                return false;
            }
        }
        return true;
    }
}
