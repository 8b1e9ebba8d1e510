package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;

/// What the route does that makes a session, for tests without sockets.
public final class SessionAccess {
    private SessionAccess() {}

    public static SessionId create(Sessions sessions, Caller caller, String tag) {
        return switch (sessions.create(caller, new Fresh(tag, "first", null, null))) {
            case Created.Found(var session) -> session.id();
            case Created.Taken() -> throw new IllegalStateException("taken");
        };
    }
}
