package dev.roosthold.relay.attachments;

/// Outcome of an announcement.
sealed interface Announced {

    /// The upload may begin.
    record As(String file) implements Announced {}

    /// The session is out of the caller's reach.
    record NoSession() implements Announced {}

    /// The account has no room left for it.
    record OverQuota() implements Announced {}
}
