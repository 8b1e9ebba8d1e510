package dev.roosthold.relay.socket;

import dev.roosthold.socketio.DisconnectReason;

/// Told about sockets coming, being used and going. Calls for one socket do not overlap and come in
/// this order. They must not block for long.
public interface ConnectionListener {

    /// A client was not admitted.
    ///
    /// @param reason as it was told, one of a fixed list
    /// @param address of the client, without its port
    default void refused(String reason, String address) {}

    /// The socket sends faster than it may; its event waits or is refused.
    default void limited(SocketCaller socket) {}

    /// The socket sent an event whose argument breaks a rule of the contract.
    ///
    /// @param event its name as registered
    default void malformed(SocketCaller socket, String event) {}

    /// The socket named something that is not there for it.
    ///
    /// @param event its name as registered
    default void missed(SocketCaller socket, String event) {}

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
