package dev.roosthold.socketio;

/// A client sent what is not a packet of the protocol. Its connection ends and nothing else
/// happens.
final class InvalidPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidPacketException(String message) {
        // Without a stack trace: clients decide how often this is made.
        super(message, null, false, false);
    }
}
