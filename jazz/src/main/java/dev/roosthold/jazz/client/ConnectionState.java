package dev.roosthold.jazz.client;

/// How it stands with the relay.
public enum ConnectionState {
    /// No relay was given.
    NONE,
    /// Not connected; it is being tried, or will be soon.
    CONNECTING,
    /// The relay has said something on the open connection.
    CONNECTED,
    /// The relay does not let us in (401 or 403); it is not tried again until
    /// [Jazz#reconnect()].
    REFUSED,
    /// Closed by us.
    CLOSED
}
