package dev.roosthold.relay.limits;

import java.util.Base64;
import java.util.Optional;

/// Opaque bytes as they travel in JSON: standard base64 (RFC 4648, section 4). Written with
/// padding, read with or without it.
public final class Base64Text {
    private Base64Text() {}

    /// The bytes; empty when the text is not base64 or stands for more than that many bytes. The
    /// size is judged before anything is allocated.
    public static Optional<byte[]> decode(String text, int maxBytes) {
        if (text.length() > 4L * ((maxBytes + 2L) / 3)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return bytes.length > maxBytes ? Optional.empty() : Optional.of(bytes);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
