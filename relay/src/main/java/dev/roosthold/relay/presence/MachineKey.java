package dev.roosthold.relay.presence;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;

/// A machine inside an account. Sockets may name a machine that belongs to another account; that is
/// another key.
public record MachineKey(AccountId account, MachineId machine) {}
