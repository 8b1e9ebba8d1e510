package dev.roosthold.socketio;

import java.util.concurrent.CompletionStage;

/// Decides whether a client may enter a namespace.
@FunctionalInterface
public interface ConnectGuard {

    /// Called once per CONNECT packet on an event loop, so it must not block. Until the stage
    /// completes the socket does not exist: its events are refused, it is in no room and no
    /// broadcast reaches it. A stage that fails ends the connection without a word, after which
    /// clients try again by themselves; they do not when they are refused.
    CompletionStage<Admission> admit(Handshake handshake);
}
