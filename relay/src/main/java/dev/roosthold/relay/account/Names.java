package dev.roosthold.relay.account;

import dev.roosthold.protocol.AccountId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Knows what people show of themselves. Thread-safe.
@FunctionalInterface
public interface Names {

    /// May block on the store.
    Shown of(AccountId account);

    /// What one person shows; null where nothing is set.
    ///
    /// @param avatar an object with `width, height, thumbhash, path, url`, never a part of it:
    ///     clients drop a profile whose avatar is incomplete
    record Shown(
            @Nullable String firstName,
            @Nullable String lastName,
            @Nullable String username,
            @Nullable JsonNode avatar) {
        public static final Shown NOTHING = new Shown(null, null, null, null);
    }
}
