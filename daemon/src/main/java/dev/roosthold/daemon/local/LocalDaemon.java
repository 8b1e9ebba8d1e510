package dev.roosthold.daemon.local;

import dev.roosthold.daemon.sessions.AgentSessions;
import java.util.Optional;

/// What [LocalControl] speaks for. Thread-safe.
public interface LocalDaemon {

    DaemonStatus status();

    /// Asks for the stop and returns at once.
    void stop();

    /// What runs agent sessions; empty when nothing does, or not yet.
    Optional<AgentSessions> sessions();
}
