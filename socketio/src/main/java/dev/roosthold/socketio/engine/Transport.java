package dev.roosthold.socketio.engine;

/// How the packets of a session reach its client. Event loop of the session only, except
/// [#congested()].
sealed interface Transport permits PollingTransport, WebSocketTransport {

    /// Queues a message and takes over its reference.
    void write(EngineMessage message);

    void flush();

    /// Bytes that have not left yet, those of the message that is being written included.
    long waiting();

    /// Whether something still waits for the client. Any thread; a moment's view.
    boolean congested();

    /// Whether the client takes more without much waiting.
    boolean writable();

    /// Ends the transport, which then reports [EngineSession#transportGone()].
    ///
    /// @param graceful whether what was written before is sent first, within a short time
    void close(CloseReason reason, boolean graceful);

    /// The client was admitted to a namespace.
    void admitted();

    /// Stops or resumes taking packets from the client.
    void pause(boolean paused);
}
