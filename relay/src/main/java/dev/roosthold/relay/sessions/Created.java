package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.sessions.Session;

/// Outcome of `POST /v1/sessions`.
sealed interface Created {

    /// The session, made now or there before.
    record Found(Session session) implements Created {}

    /// The tag names a session that is out of the caller's reach: only the credential of a machine
    /// can meet this, in its own account.
    record Taken() implements Created {}
}
