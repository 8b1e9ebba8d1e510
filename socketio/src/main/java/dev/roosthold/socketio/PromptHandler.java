package dev.roosthold.socketio;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// A handler that can finish most events without blocking, and then needs no other thread.
///
/// When no earlier event of the socket waits or is being handled, an event goes to [#handleNow] on
/// the event loop of its connection. Otherwise, and when that declines, it goes to [#handle] in its
/// turn. So events of one socket are handled one at a time and in arrival order, whatever handlers
/// they have.
public interface PromptHandler extends EventHandler {

    /// Handles the event at once. Must not block: it would hold up every connection of the event
    /// loop. An exception is reported like one of [#handle], and the event counts as handled.
    ///
    /// @return false when nothing was done, for [#handle] to do it
    boolean handleNow(Socket socket, List<JsonNode> args, Ack ack) throws Exception;
}
