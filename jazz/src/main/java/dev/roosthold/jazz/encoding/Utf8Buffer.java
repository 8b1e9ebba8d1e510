package dev.roosthold.jazz.encoding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes in the making: what is hashed and signed is written here without going through a text
/// first. Reusable; for one thread.
public final class Utf8Buffer {
    private byte[] bytes = new byte[512];
    private int size;

    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    /// The bytes so far in the first [#size] places; valid until the next change.
    public byte[] array() {
        return bytes;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /// Text of ASCII characters, not checked.
    @SuppressWarnings("deprecation") // the only copy without an encoder, right for ASCII
    public Utf8Buffer ascii(String text) {
        room(text.length());
        text.getBytes(0, text.length(), bytes, size);
        size += text.length();
        return this;
    }

    public Utf8Buffer number(long value) {
        return ascii(Long.toString(value));
    }

    /// A quoted and escaped JSON string. Half surrogate pairs become U+FFFD, as in every UTF-8
    /// encoder.
    public Utf8Buffer string(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
                return escaped(text, i);
            }
        }
        return ascii("\"").ascii(text).ascii("\"");
    }

    private Utf8Buffer escaped(String text, int plain) {
        room(text.length() + 16);
        bytes[size++] = '"';
        ascii(text.substring(0, plain));
        int length = text.length();
        int i = plain;
        while (i < length) {
            char c = text.charAt(i);
            room(8);
            if (c >= 0x80) {
                int end = i + 1;
                while (end < length && text.charAt(end) >= 0x80) {
                    end++;
                }
                byte[] encoded = wellFormed(text.substring(i, end));
                room(encoded.length);
                System.arraycopy(encoded, 0, bytes, size, encoded.length);
                size += encoded.length;
                i = end;
                continue;
            }
            i++;
            switch (c) {
                case '"', '\\' -> {
                    bytes[size++] = '\\';
                    bytes[size++] = (byte) c;
                }
                case '\b' -> escape('b');
                case '\t' -> escape('t');
                case '\n' -> escape('n');
                case '\f' -> escape('f');
                case '\r' -> escape('r');
                default -> {
                    if (c >= 0x20) {
                        bytes[size++] = (byte) c;
                    } else {
                        ascii(c < 0x10 ? "\\u000" : "\\u00").ascii(Integer.toHexString(c));
                    }
                }
            }
        }
        return ascii("\"");
    }

    /// The JDK's encoder writes `?` for half a pair; the other encoders write U+FFFD.
    private static byte[] wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        String sound = repaired == null ? text : repaired.toString();
        return sound.getBytes(StandardCharsets.UTF_8);
    }

    private void escape(char letter) {
        bytes[size++] = '\\';
        bytes[size++] = (byte) letter;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
