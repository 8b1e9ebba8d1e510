package dev.roosthold.relay.usage;

import dev.roosthold.protocol.SessionId;
import org.jspecify.annotations.Nullable;

/// What a client says has been used.
///
/// @param key what it was used for, for example `claude-session`
/// @param session null when it belongs to the account as a whole
record Report(@Nullable SessionId session, String key, Amounts tokens, Amounts cost) {}
