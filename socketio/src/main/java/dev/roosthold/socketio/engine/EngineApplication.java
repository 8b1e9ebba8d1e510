package dev.roosthold.socketio.engine;

/// What runs on top of Engine.IO.
@FunctionalInterface
public interface EngineApplication {

    /// A client has opened a session. Called on the session's event loop, before anything is
    /// received on it.
    ///
    /// @return receives everything that happens to the session
    EngineListener opened(EngineSession session, EngineRequest request);
}
