package dev.roosthold.jazz.view;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.KeyId;
import org.jspecify.annotations.Nullable;

/// Whose transactions count in a value, and which keys we have for it. One object per state: a view
/// that gets another object reads the value anew.
public interface Access {
    /// Whether a transaction of this author at this time counts.
    boolean mayWrite(Author author, long madeAt);

    /// Whether a transaction of this author at this time may delete from a restricted list.
    boolean mayDelete(Author author, long madeAt);

    /// A read key, or null when we cannot open it.
    @Nullable KeySecret key(KeyId id);
}
