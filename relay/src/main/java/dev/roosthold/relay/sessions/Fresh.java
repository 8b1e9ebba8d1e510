package dev.roosthold.relay.sessions;

import org.jspecify.annotations.Nullable;

/// What a client gives a new session.
///
/// @param tag its name for the session, one for each session of the account
/// @param dataEncryptionKey base64
record Fresh(
        String tag,
        String metadata,
        @Nullable String agentState,
        @Nullable String dataEncryptionKey) {}
