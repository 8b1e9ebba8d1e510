package dev.roosthold.protocol.social;

import dev.roosthold.protocol.AccountId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A person as another one sees it.
///
/// @param firstName empty when not set
/// @param avatar null, or an object with at least `path` and `url`
/// @param username empty when not set
/// @param status how the one who asks stands to this person
public record UserProfile(
        AccountId id,
        String firstName,
        @Nullable String lastName,
        @Nullable JsonNode avatar,
        String username,
        @Nullable String bio,
        RelationStatus status) {}
