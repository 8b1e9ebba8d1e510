package dev.roosthold.relay.socket;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Where features register the events they handle. Registration happens before the relay listens.
public interface SocketEvents {

    /// Registers the handler of an event.
    ///
    /// Its result is the acknowledgement; empty answers nothing. [InvalidParameters] and any other
    /// exception become the error form. What the handler emitted or committed leaves before the
    /// acknowledgement. An event that asks for an acknowledgement and has one gets exactly one.
    ///
    /// An event that the store has no room for is refused with the error form; when its sender
    /// wants no answer, and so could not learn of it, it waits for room, and the socket with it. So
    /// it is for all events.
    void on(String event, ErrorForm errors, Handler handler);

    /// Registers the handler of an event that is answered later, so that the next event of the
    /// socket need not wait for it.
    ///
    /// At most [#MAX_UNANSWERED] such events of one socket are unanswered; the socket's next one
    /// waits, and the socket is not read meanwhile. An event that comes too often is refused with
    /// the error form, or made to wait when its sender wants no answer and so could not learn of
    /// it.
    void onAsync(String event, ErrorForm errors, AsyncHandler handler);

    /// Like [#onAsync], for an event whose argument may be anything.
    void onAny(String event, ErrorForm errors, AnyHandler handler);

    /// Like [#onAny], for a handler that never blocks: it may be called on an event loop, when
    /// nothing else of the socket waits, and then costs no change of threads.
    void onPrompt(String event, ErrorForm errors, AnyHandler handler);

    /// Handles one event that is answered later, whatever its argument. Called like [AsyncHandler].
    @FunctionalInterface
    interface AnyHandler {
        /// Must answer exactly once, now or later; what it throws is the answer.
        ///
        /// @param argument the first one; a missing node when there is none
        void handle(SocketCaller socket, JsonNode argument, Reply reply) throws Exception;
    }

    /// Unanswered events of one socket, see [#onAsync].
    int MAX_UNANSWERED = 256;

    /// Handles one event that is answered later. Called like [Handler], in the order in which the
    /// events came.
    @FunctionalInterface
    interface AsyncHandler {
        /// Must answer exactly once, now or later; what it throws is the answer.
        void handle(SocketCaller socket, Payload payload, Reply reply) throws Exception;
    }

    /// Handles one event. Called on a virtual thread, one event of a socket at a time; may block.
    @FunctionalInterface
    interface Handler {
        Optional<Object> handle(SocketCaller socket, Payload payload) throws Exception;
    }
}
