package dev.roosthold.protocol.social;

import org.jspecify.annotations.Nullable;

/// Answer about one person.
///
/// @param user null when there is no such person, or it is the one who asks
public record UserAnswer(@Nullable UserProfile user) {}
