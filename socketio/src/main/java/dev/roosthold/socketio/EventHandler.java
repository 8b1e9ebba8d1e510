package dev.roosthold.socketio;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// Handles one event of one socket.
@FunctionalInterface
public interface EventHandler {

    /// Called on the executor of the server's settings, one call at a time for each socket, in
    /// arrival order. An exception is reported to the server's error listener and touches neither
    /// this socket nor any other; the event then stays unanswered unless the handler answered it
    /// before.
    ///
    /// @param args the arguments, never null; binary ones are `BinaryNode`s; a client may send any
    ///     JSON here
    void handle(Socket socket, List<JsonNode> args, Ack ack) throws Exception;
}
