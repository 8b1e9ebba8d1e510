package dev.roosthold.protocol.usage;

/// Acknowledgement of `usage-report`.
///
/// @param success always true
/// @param reportId the same for all reports of one key in one session
/// @param createdAt Unix milliseconds of the first report with this id
/// @param updatedAt Unix milliseconds of this one
public record UsageReported(boolean success, String reportId, long createdAt, long updatedAt) {}
