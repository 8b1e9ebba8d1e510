package dev.roosthold.relay.usage;

import dev.roosthold.protocol.SessionId;
import org.jspecify.annotations.Nullable;

/// What a client says has been used.
///
/// @param key what it was used for, for example `claude-session`
/// @param session null when it belongs to the account as a whole
/// @param localId the client's own id of the report: one that comes again does not count again;
///     null when there is none, and then every one counts
record Report(
        @Nullable SessionId session,
        String key,
        Amounts tokens,
        Amounts cost,
        @Nullable String localId) {}
