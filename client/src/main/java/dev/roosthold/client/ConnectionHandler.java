package dev.roosthold.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// What a [RelayConnection] asks of and tells its owner. All methods but [#event] run on the thread
/// in [RelayConnection#run], one at a time, and may block; an interrupt ends the connection.
public interface ConnectionHandler {

    /// Called before each attempt: the place for everything that must be done over REST first.
    Preparation prepare() throws InterruptedException;

    /// Called after each connect. Returns when the connection is ready for use. When the connection
    /// ends meanwhile, calls on the socket fail with [SocketGoneException], which may be let
    /// through.
    void connected(RelaySocket socket) throws InterruptedException;

    /// The relay refused the handshake; the next [#prepare] should bring other credentials.
    void refused(String message);

    /// An attempt failed or the connection ended; the next attempt comes after the pause.
    void waiting(String reason, Duration pause);

    /// An event of the relay with its first argument (JSON null when it has none), in order, on a
    /// thread of the socket; must not block.
    void event(String name, JsonNode argument);

    /// As [#event(String, JsonNode)], for handlers that answer: the relay waits for an answer to
    /// some events (`rpc-request`) and takes only the first that is given.
    ///
    /// @param answer sends the acknowledgement, from any thread; empty when none is wanted
    default void event(String name, JsonNode argument, Optional<Consumer<JsonNode>> answer) {
        event(name, argument);
    }

    /// The result of [#prepare].
    sealed interface Preparation {
        record Connect(SocketAuth auth) implements Preparation {}

        /// Not now; try again after a pause.
        record Later(String reason) implements Preparation {}

        /// Never; [RelayConnection#run] returns.
        record GiveUp() implements Preparation {}
    }
}
