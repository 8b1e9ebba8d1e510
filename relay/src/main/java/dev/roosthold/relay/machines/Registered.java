package dev.roosthold.relay.machines;

import dev.roosthold.protocol.machines.Machine;

/// Outcome of `POST /v1/machines`.
sealed interface Registered {

    /// The machine, made now or there before.
    record Found(Machine machine) implements Registered {}

    /// The id belongs to another account.
    record Foreign() implements Registered {}
}
