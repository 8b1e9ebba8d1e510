package dev.roosthold.relay.socket;

import java.util.Optional;

/// Where features register the events they handle. Registration happens before the relay listens.
public interface SocketEvents {

    /// Registers the handler of an event.
    ///
    /// Its result is the acknowledgement; empty answers nothing. [InvalidParameters] and any other
    /// exception become the error form. What the handler emitted or committed leaves before the
    /// acknowledgement. An event that asks for an acknowledgement and has one gets exactly one.
    void on(String event, ErrorForm errors, Handler handler);

    /// Handles one event. Called on a virtual thread, one event of a socket at a time; may block.
    @FunctionalInterface
    interface Handler {
        Optional<Object> handle(SocketCaller socket, Payload payload) throws Exception;
    }
}
