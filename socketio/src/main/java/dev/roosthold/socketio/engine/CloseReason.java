package dev.roosthold.socketio.engine;

/// Why a session ended.
public enum CloseReason {
    /// The client ended the TCP connection, the websocket or the session.
    TRANSPORT_CLOSE,
    /// The connection failed or carried bytes that are not the protocol.
    TRANSPORT_ERROR,
    /// Neither an answer to a ping in time nor anything else.
    PING_TIMEOUT,
    /// More bytes were waiting than the session may have.
    SLOW_CONSUMER,
    /// The application closed the session.
    SERVER_CLOSE,
    /// The server is stopping.
    SERVER_SHUTDOWN
}
