package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.MachineId;

/// The argument of `machine-gone`.
public record MachineGone(MachineId machineId, long rev) {}
