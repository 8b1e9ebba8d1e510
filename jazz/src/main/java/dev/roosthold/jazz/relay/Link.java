package dev.roosthold.jazz.relay;

/// The way to one peer. Called on the relay's thread and on threads of the transport: must neither
/// block nor throw.
public interface Link {
    /// Nothing went wrong, but it is over: the relay stops.
    int GOING_AWAY = 1001;

    /// The peer broke a limit that no honest one reaches.
    int POLICY = 1008;

    /// Something failed here; what was not acknowledged is to be sent again.
    int FAILED = 1011;

    /// Not now: too much is waiting, or the disk refuses writes.
    int TRY_LATER = 1013;

    /// Hands over one text frame, to be sent after the earlier ones.
    void send(String frame);

    /// Whether so much waits that nothing more should be handed over. Once this was true,
    /// [RelayPeer#drained] is to be called when it no longer is.
    boolean congested();

    /// Whether to stop receiving for a while.
    void pause(boolean stop);

    /// Ends the connection; [RelayPeer#closed] is called when it has ended.
    ///
    /// @param code a close code of websockets
    void close(int code, String reason);
}
