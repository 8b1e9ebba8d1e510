package dev.roosthold.daemon;

/// Why the daemon has stopped.
public sealed interface DaemonEnd {

    /// It was asked to.
    record Requested(ShutdownSource source) implements DaemonEnd {}

    /// The relay does not accept this machine any more: it was removed, its token was replaced, or
    /// its id belongs to somebody else. Trying again cannot help.
    ///
    /// @param message for people: what happened and what to do
    record NotAccepted(String message) implements DaemonEnd {}

    /// Another daemon speaks for this computer's machine already.
    record AlreadyRunning() implements DaemonEnd {}
}
