package dev.roosthold.jazz.encoding;

import java.util.Base64;

/// Base64 with the URL-safe alphabet and `=` padding. Thread-safe.
public final class Base64Url {
    private Base64Url() {}

    public static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /// The bytes of a text.
    ///
    /// @throws FormatException when the text is not base64url; padding may be missing
    public static byte[] decode(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new FormatException("not base64url");
        }
    }

    /// The bytes after `prefix`.
    ///
    /// @throws FormatException when the prefix is missing or the rest is not base64url
    public static byte[] decode(String text, String prefix) {
        if (!text.startsWith(prefix)) {
            throw new FormatException("expected " + prefix + "...");
        }
        return decode(text.substring(prefix.length()));
    }
}
