package dev.roosthold.daemon;

import java.nio.charset.StandardCharsets;

/// Takes the masks off the WebSocket frames behind an upgrade request (RFC 6455, section 5.2).
final class Frames {
    private Frames() {}

    static byte[] unmasked(byte[] stream) {
        byte[] bytes = stream.clone();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        if (!text.startsWith("GET ") || !text.contains("Sec-WebSocket-Key") || head < 0) {
            return bytes;
        }
        int at = head + 4;
        while (at + 2 <= bytes.length) {
            int length = bytes[at + 1] & 0x7f;
            boolean masked = (bytes[at + 1] & 0x80) != 0;
            at += 2;
            int extra = length == 126 ? 2 : length == 127 ? 8 : 0;
            if (extra > 0) {
                length = 0;
                for (int i = 0; i < extra && at + i < bytes.length; i++) {
                    length = length << 8 | (bytes[at + i] & 0xff);
                }
            }
            at += extra;
            if (!masked) {
                throw new AssertionError("a client frame without mask");
            }
            for (int i = 0; i < length && at + 4 + i < bytes.length; i++) {
                bytes[at + 4 + i] ^= bytes[at + i % 4];
            }
            at += 4 + length;
        }
        return bytes;
    }
}
