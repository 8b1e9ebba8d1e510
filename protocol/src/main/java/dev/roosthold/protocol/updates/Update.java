package dev.roosthold.protocol.updates;

/// The argument of the socket event `update`.
///
/// @param id 12 random characters `[A-Za-z0-9]`
/// @param seq number in the account, without holes over all updates of the account; one socket sees
///     a subset
/// @param createdAt Unix milliseconds
public record Update(String id, long seq, UpdateBody body, long createdAt) {}
