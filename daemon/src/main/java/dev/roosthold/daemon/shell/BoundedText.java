package dev.roosthold.daemon.shell;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// What a program writes, as far as an answer has room; the rest is read and dropped, so that the
/// program never waits for a reader. One thread reads, others may look.
final class BoundedText {
    private final int maxCost;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean dropped;

    /// @param maxCost bytes of the text as it stands in JSON
    BoundedText(int maxCost) {
        this.maxCost = maxCost;
    }

    /// Until the end, or until the stream is closed.
    void readFrom(InputStream in) {
        byte[] buffer = new byte[16_384];
        try (in) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                keep(buffer, n);
            }
        } catch (IOException _) {
            // Closed because the program is gone.
        }
    }

    private synchronized void keep(byte[] buffer, int n) {
        int room = Math.min(n, maxCost - kept.size());
        kept.write(buffer, 0, room);
        dropped |= room < n;
    }

    /// As UTF-8; what is none becomes U+FFFD.
    synchronized Shown shown() {
        String text = kept.toString(StandardCharsets.UTF_8);
        int cost = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            cost += c < 0x20 || c == 0x7f ? 6 : c < 0x80 ? (c == '"' || c == '\\' ? 2 : 1) : 3;
            if (cost > maxCost) {
                int end = Character.isLowSurrogate(c) ? i - 1 : i;
                return new Shown(text.substring(0, Math.max(end, 0)), true);
            }
        }
        return new Shown(text, dropped);
    }

    /// @param cut whether there was more
    record Shown(String text, boolean cut) {}
}
