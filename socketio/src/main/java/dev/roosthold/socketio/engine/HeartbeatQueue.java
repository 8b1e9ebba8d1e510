package dev.roosthold.socketio.engine;

import org.jspecify.annotations.Nullable;

/// Sessions in the order of [EngineSession#heartbeatAt], linked through the sessions themselves.
/// Event loop only.
final class HeartbeatQueue {
    private @Nullable EngineSession head;
    private @Nullable EngineSession tail;

    @Nullable EngineSession first() {
        return head;
    }

    /// Nearly always the end is the right place; only sessions that moved here from another loop
    /// come in further up.
    void add(EngineSession session) {
        EngineSession before = tail;
        while (before != null && before.heartbeatAt - session.heartbeatAt > 0) {
            before = before.heartbeatBefore;
        }
        EngineSession after = before == null ? head : before.heartbeatAfter;
        session.heartbeatBefore = before;
        session.heartbeatAfter = after;
        if (before == null) {
            head = session;
        } else {
            before.heartbeatAfter = session;
        }
        if (after == null) {
            tail = session;
        } else {
            after.heartbeatBefore = session;
        }
    }

    /// Does nothing when the session is not queued.
    void remove(EngineSession session) {
        EngineSession before = session.heartbeatBefore;
        EngineSession after = session.heartbeatAfter;
        if (before == null && head != session) {
            return;
        }
        if (before == null) {
            head = after;
        } else {
            before.heartbeatAfter = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.heartbeatBefore = before;
        }
        session.heartbeatBefore = null;
        session.heartbeatAfter = null;
    }
}
