package dev.roosthold.protocol.accesskeys;

/// The access key of one machine for one session.
///
/// @param data encrypted by the clients
/// @param dataVersion 1 at first, plus 1 with each accepted write
/// @param createdAt Unix milliseconds, like `updatedAt`
public record AccessKey(String data, int dataVersion, long createdAt, long updatedAt) {}
