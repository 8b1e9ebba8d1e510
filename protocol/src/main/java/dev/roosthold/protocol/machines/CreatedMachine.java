package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.MachineId;

/// Answer of `POST /v1/web/machines` and `POST /v1/web/machines/{id}/secret`.
public record CreatedMachine(MachineId machineId, MachineToken token) {}
