package dev.roosthold.relay.jazz;

import dev.roosthold.relay.ids.Hashes;
import java.security.MessageDigest;
import java.util.Optional;

/// Settings of Jazz.
///
/// @param enabled whether it is served; default yes
/// @param key opens the space that all who know it share; default none
/// @param spaceBytes what the values of one space may take together; default 1 GiB
public record JazzConfig(boolean enabled, Optional<Key> key, long spaceBytes) {
    public static final JazzConfig USUAL = new JazzConfig(true, Optional.empty(), 1L << 30);

    public JazzConfig {
        if (spaceBytes < 1) {
            throw new IllegalArgumentException("a space of " + spaceBytes + " bytes");
        }
    }

    /// A key of which only a hash is kept.
    @SuppressWarnings("ArrayRecordComponent") // compared in constant time by [#opensWith] only
    public record Key(byte[] hash) {
        /// The fewest characters that a key may have.
        public static final int LEAST = 16;

        /// @throws IllegalArgumentException when it is too short to protect anything
        public static Key of(String text) {
            if (text.length() < LEAST) {
                throw new IllegalArgumentException(
                        "a key of fewer than " + LEAST + " characters can be guessed");
            }
            return new Key(Hashes.sha256(text));
        }

        boolean opensWith(String text) {
            return MessageDigest.isEqual(hash, Hashes.sha256(text));
        }

        @Override
        public String toString() {
            return "Key[redacted]";
        }
    }

    public JazzConfig disabled() {
        return new JazzConfig(false, key, spaceBytes);
    }

    public JazzConfig withKey(Key value) {
        return new JazzConfig(enabled, Optional.of(value), spaceBytes);
    }

    public JazzConfig withSpaceBytes(long value) {
        return new JazzConfig(enabled, key, value);
    }
}
