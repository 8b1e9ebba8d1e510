package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.hostile.EventShape.ErrorForm;
import java.util.Set;

/// What the contract says about the socket that sent a hostile packet.
sealed interface Expectation {

    /// Exactly one acknowledgement, an error of this form; the socket stays open.
    ///
    /// @param messages of which the answer carries one, where the form has a message
    record ErrorAck(long id, ErrorForm form, Set<String> messages) implements Expectation {}

    /// Exactly one acknowledgement, an answer or an error of this form; the socket stays open.
    ///
    /// @param mayChange whether it may say that something was changed
    record AnyAck(long id, ErrorForm form, boolean mayChange) implements Expectation {}

    /// No acknowledgement with this id may come; the socket stays open.
    record NoAck(long id) implements Expectation {}

    /// At most one acknowledgement with this id; the socket stays open.
    record AtMostOneAck(long id) implements Expectation {}

    /// The socket has left: the event with this id must not be served, and the CONNECT that follows
    /// it is refused.
    record Left(long id) implements Expectation {}

    /// The packet breaks the protocol: the server may end this connection. If it does not, the
    /// socket must still be served.
    record MayClose() implements Expectation {}

    /// The server must end this connection.
    record MustClose() implements Expectation {}
}
