package dev.roosthold.protocol.account;

import dev.roosthold.protocol.AccountId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Answer of `GET /v1/account/profile`.
///
/// @param timestamp server time, Unix milliseconds
/// @param avatar null, or an object with `width, height, thumbhash, path, url`
/// @param github null, or an object with at least `id, login, name, avatar_url, bio`
public record Profile(
        AccountId id,
        long timestamp,
        @Nullable String firstName,
        @Nullable String lastName,
        @Nullable String username,
        @Nullable JsonNode avatar,
        @Nullable JsonNode github,
        List<String> connectedServices) {}
