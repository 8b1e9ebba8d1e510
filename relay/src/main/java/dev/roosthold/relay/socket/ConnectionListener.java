package dev.roosthold.relay.socket;

import dev.roosthold.socketio.DisconnectReason;

/// Told about sockets coming, being used and going. Calls for one socket do not overlap and come in
/// this order. They must not block for long.
public interface ConnectionListener {

    /// The socket was admitted and is in its rooms.
    default void connected(SocketCaller socket) {}

    /// The socket sent an event; called before the event is handled.
    default void heard(SocketCaller socket) {}

    /// The event was one that a feature handles, or `ping`; called with [#heard].
    ///
    /// @param event its name as registered, never one that a client made up
    default void received(SocketCaller socket, String event) {}

    default void disconnected(SocketCaller socket, DisconnectReason reason) {}
}
