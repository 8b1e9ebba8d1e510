package dev.roosthold.history.entry;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Bytes that should be UTF-8 and need not be: a command line is what the person typed. A byte that
/// fits nowhere becomes the lone surrogate U+DC80 to U+DCFF, and comes back from it.
public final class RawText {
    private static final char BYTE = '\udc00';

    private RawText() {}

    /// A text from which [#bytes] makes the same bytes again.
    public static String decode(byte[] bytes) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isUnderflow()) {
                break;
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (BYTE | (in.get() & 0xff)));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    public static byte[] bytes(String text) {
        var out = new ByteArrayOutputStream(text.length());
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isByte(text, i)) {
                out.writeBytes(text.substring(from, i).getBytes(StandardCharsets.UTF_8));
                out.write(text.charAt(i) & 0xff);
                from = i + 1;
            }
        }
        out.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /// Whether every character of it is one.
    public static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && !pair(text, i)) {
                return false;
            }
        }
        return true;
    }

    /// What can be shown: U+FFFD for each byte that is no character.
    public static String shown(String text) {
        if (isPlain(text)) {
            return text;
        }
        var shown = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && !pair(text, i)) {
                shown.setCharAt(i, '\ufffd');
            }
        }
        return shown.toString();
    }

    private static boolean isByte(String text, int i) {
        char c = text.charAt(i);
        return c >= '\udc80' && c <= '\udcff' && !pair(text, i);
    }

    private static boolean pair(String text, int i) {
        char c = text.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
