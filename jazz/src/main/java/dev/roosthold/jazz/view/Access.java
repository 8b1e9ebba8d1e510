package dev.roosthold.jazz.view;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.KeyId;
import org.jspecify.annotations.Nullable;

/// Whose transactions count in a value, and which keys we have for it. One object per state: a view
/// that gets another object asks it what has changed.
public interface Access {
    /// Whether a transaction of this author at this time counts.
    boolean mayWrite(Author author, long madeAt);

    /// Whether a transaction of this author at this time may delete from a restricted list.
    boolean mayDelete(Author author, long madeAt);

    /// A read key, or null when we cannot open it.
    @Nullable KeySecret key(KeyId id);

    /// Until when this answers as an earlier object did: what it said of transactions made before
    /// the returned time holds, and its keys are here too.
    default long sameUntil(Access earlier) {
        return Long.MIN_VALUE;
    }
}
