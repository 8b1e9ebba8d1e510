package dev.roosthold.client.account;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.Reply;

/// Where the bearers of a connection come from. Thread-safe.
public interface Bearers {

    /// The one that is held, or a new one. May ask the relay.
    Reply<BearerToken> bearer() throws InterruptedException;

    /// The relay did not accept it: the next [#bearer] brings another one.
    void refused();
}
