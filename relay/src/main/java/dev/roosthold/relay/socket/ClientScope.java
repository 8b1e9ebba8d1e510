package dev.roosthold.relay.socket;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;

/// What a socket said it is for. It decides what the socket receives, not what it may send.
public sealed interface ClientScope {

    /// A person's app or page.
    record User() implements ClientScope {}

    /// A running session.
    record Session(SessionId session) implements ClientScope {}

    /// The daemon of a machine. The machine need not exist yet.
    record Machine(MachineId machine) implements ClientScope {}
}
