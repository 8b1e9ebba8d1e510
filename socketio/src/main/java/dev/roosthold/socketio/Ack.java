package dev.roosthold.socketio;

/// The answer to one event. Thread-safe; may be used on any thread, at once or later.
public interface Ack {

    /// Whether the client asked for an answer. When false, [#send] does nothing.
    boolean requested();

    /// Answers the event. Only the first call counts; later ones do nothing and return false.
    boolean send(Object... args);
}
