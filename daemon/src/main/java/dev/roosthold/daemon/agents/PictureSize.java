package dev.roosthold.daemon.agents;

import dev.roosthold.protocol.messages.SessionEvent.Picture;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Width and height from the first bytes of a PNG, JPEG, GIF or WebP picture. Nothing of it is
/// decoded, and the part of the JDK that could is not in the runtime of the distribution.
final class PictureSize {
    private static final int LONGEST = 100_000;

    private PictureSize() {}

    /// Empty when it is no such picture.
    static Optional<Picture> of(byte[] bytes) {
        if (starts(bytes, 0, "\u0089PNG\r\n\u001a\n") && starts(bytes, 12, "IHDR")) {
            return picture(big(bytes, 16, 4), big(bytes, 20, 4));
        }
        if (starts(bytes, 0, "GIF87a") || starts(bytes, 0, "GIF89a")) {
            return picture(little(bytes, 6, 2), little(bytes, 8, 2));
        }
        if (starts(bytes, 0, "RIFF") && starts(bytes, 8, "WEBP")) {
            return webp(bytes);
        }
        return starts(bytes, 0, "\u00ff\u00d8\u00ff") ? jpeg(bytes) : Optional.empty();
    }

    private static Optional<Picture> webp(byte[] bytes) {
        if (starts(bytes, 12, "VP8X")) {
            return picture(little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1);
        }
        if (starts(bytes, 12, "VP8L")) {
            long bits = little(bytes, 21, 4);
            return picture((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
        }
        return starts(bytes, 12, "VP8 ")
                ? picture(little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff)
                : Optional.empty();
    }

    private static Optional<Picture> jpeg(byte[] bytes) {
        int at = 2;
        while (at + 9 < bytes.length && (bytes[at] & 0xff) == 0xff) {
            int marker = bytes[at + 1] & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            boolean isFrame =
                    marker >= 0xc0
                            && marker <= 0xcf
                            && marker != 0xc4
                            && marker != 0xc8
                            && marker != 0xcc;
            if (isFrame) {
                return picture(big(bytes, at + 7, 2), big(bytes, at + 5, 2));
            }
            long length = big(bytes, at + 2, 2);
            if (length < 2) {
                return Optional.empty();
            }
            at += 2 + (int) length;
        }
        return Optional.empty();
    }

    private static Optional<Picture> picture(long width, long height) {
        return width > 0 && height > 0 && width <= LONGEST && height <= LONGEST
                ? Optional.of(new Picture(width, height, Optional.empty()))
                : Optional.empty();
    }

    private static boolean starts(byte[] bytes, int at, String with) {
        byte[] wanted = with.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < at + wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static long big(byte[] bytes, int at, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | (at + i < bytes.length ? bytes[at + i] & 0xff : 0);
        }
        return value;
    }

    private static long little(byte[] bytes, int at, int length) {
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | (at + i < bytes.length ? bytes[at + i] & 0xff : 0);
        }
        return value;
    }
}
