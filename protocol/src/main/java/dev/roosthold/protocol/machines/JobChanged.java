package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.JobId;
import dev.roosthold.protocol.MachineId;

/// The argument of `machine-jobs`.
///
/// @param version the version that is stored now; 0 when the job was removed
public record JobChanged(MachineId machineId, JobId jobId, int version) {}
