package dev.roosthold.protocol.machines;

import dev.roosthold.protocol.JobId;

/// A scheduled job of a machine. The machine keeps and fires the schedule; the relay cannot read
/// it.
///
/// @param data encrypted under the machine key, kept byte for byte
/// @param version 1 when it was made, grows by 1 with each accepted write
/// @param createdAt Unix milliseconds
/// @param updatedAt Unix milliseconds
public record Job(JobId jobId, String data, int version, long createdAt, long updatedAt) {}
