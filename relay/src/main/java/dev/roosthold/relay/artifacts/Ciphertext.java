package dev.roosthold.relay.artifacts;

import dev.roosthold.relay.limits.Base64Text;
import java.util.Optional;

/// Encrypted bytes from a client, checked and ready for the row and for the event.
///
/// @param bytes for the row
/// @param text the same as base64 with padding
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Ciphertext(byte[] bytes, String text) {
    /// Largest body.
    static final int MAX_BODY = 8 << 20;

    /// Largest header. Small, because a list carries up to [ArtifactTable#MAX_LISTED] of them.
    static final int MAX_HEADER = 64 << 10;

    /// Largest encrypted data key.
    static final int MAX_KEY = 4 << 10;

    /// Empty when the text is not base64 or too long.
    static Optional<Ciphertext> parse(String text, int maxBytes) {
        return Base64Text.decode(text, maxBytes)
                .map(bytes -> new Ciphertext(bytes, Base64Text.encode(bytes)));
    }
}
