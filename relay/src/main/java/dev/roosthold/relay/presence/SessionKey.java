package dev.roosthold.relay.presence;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;

/// A session inside an account. Sockets may name a session that belongs to another account; that is
/// another key.
public record SessionKey(AccountId account, SessionId session) {}
