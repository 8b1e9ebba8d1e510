package dev.roosthold.socketio.engine;

/// Receives what happens to one session. Every method is called on the session's event loop and
/// must not block. What a method throws closes the session as [CloseReason#TRANSPORT_ERROR].
public interface EngineListener {

    /// A text message: valid UTF-8 in `data` from `offset`, `length` bytes long. The array belongs
    /// to the listener.
    void text(byte[] data, int offset, int length);

    /// A binary message. The array belongs to the listener.
    void binary(byte[] data);

    /// The session has ended; called once, nothing follows.
    void closed(CloseReason reason);
}
