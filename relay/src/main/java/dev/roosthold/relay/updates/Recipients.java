package dev.roosthold.relay.updates;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;

/// Who receives an update of an account: always all its user-scoped sockets, and for a session or
/// machine also the sockets scoped to it. A socket in both groups gets one copy.
public sealed interface Recipients {

    /// User-scoped sockets only.
    record Users() implements Recipients {}

    /// Sockets of one session, and user-scoped ones.
    record Session(SessionId session) implements Recipients {}

    /// Sockets of one machine, and user-scoped ones.
    record Machine(MachineId machine) implements Recipients {}
}
