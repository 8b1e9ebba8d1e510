package dev.roosthold.relay.auth;

import java.util.Base64;
import java.util.Optional;

/// Standard base64 from clients, with or without padding.
final class Base64Text {
    private Base64Text() {}

    /// Empty when it is not base64.
    static Optional<byte[]> decode(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
