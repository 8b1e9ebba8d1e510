package dev.roosthold.relay.socket;

/// The one answer to an event. Thread-safe; the first call counts, later ones do nothing.
public interface Reply {

    /// Whether the client asked for an answer. The handler must answer all the same.
    boolean wanted();

    /// Answers the event.
    void send(Object answer);

    /// Answers with the event's error form: [InvalidParameters] with its message, everything else
    /// as an internal error.
    void fail(Throwable cause);
}
