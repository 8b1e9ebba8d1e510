package dev.roosthold.socketio;

/// Why a socket has gone.
public enum DisconnectReason {
    /// The client sent a DISCONNECT packet: it means to stay away.
    CLIENT_DISCONNECT,
    /// The server called [Socket#disconnect()] or [Socket#closeTransport()].
    SERVER_DISCONNECT,
    /// The TCP connection ended, or the client closed the Engine.IO session.
    TRANSPORT_CLOSE,
    /// The transport failed or carried bytes that are not the protocol.
    TRANSPORT_ERROR,
    /// Neither an answer to a ping in time nor anything else.
    PING_TIMEOUT,
    /// More bytes were waiting for this client than its budget allows.
    SLOW_CONSUMER,
    /// The server is stopping.
    SERVER_SHUTDOWN
}
