package dev.roosthold.relay.caller;

import dev.roosthold.protocol.MachineId;

/// What a credential may do.
public sealed interface Scope {

    /// Everything in the account.
    record Account() implements Scope {}

    /// Only what one enrolled machine needs: its own row and state, sessions and messages.
    record Machine(MachineId machine) implements Scope {}
}
