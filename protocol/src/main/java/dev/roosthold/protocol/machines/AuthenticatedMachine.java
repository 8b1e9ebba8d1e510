package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.MachineId;

/// Answer of `POST /v1/machines/authenticate`.
///
/// @param token a bearer that can do only what this machine needs
public record AuthenticatedMachine(
        MachineId machineId, String name, BearerToken token, AccountId accountId) {}
