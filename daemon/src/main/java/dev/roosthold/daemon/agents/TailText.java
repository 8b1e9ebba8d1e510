package dev.roosthold.daemon.agents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The end of what a program writes, within a limit. One thread reads, others may look.
final class TailText {
    private final byte[] ring;
    private long written;

    /// @param limit bytes that are kept
    TailText(int limit) {
        ring = new byte[limit];
    }

    /// Until the end, or until the stream is closed.
    void readFrom(InputStream in) {
        byte[] buffer = new byte[8_192];
        try (in) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                keep(buffer, n);
            }
        } catch (IOException _) {
            // Closed because the program is gone.
        }
    }

    private synchronized void keep(byte[] bytes, int n) {
        for (int i = 0; i < n && ring.length > 0; i++) {
            ring[(int) (written++ % ring.length)] = bytes[i];
        }
    }

    synchronized boolean cut() {
        return written > ring.length;
    }

    /// As UTF-8; begins with a whole character.
    synchronized String text() {
        int length = (int) Math.min(written, ring.length);
        byte[] tail = new byte[length];
        for (int i = 0; i < length; i++) {
            tail[i] = ring[(int) ((written - length + i) % ring.length)];
        }
        int from = 0;
        while (cut() && from < length && from < 4 && (tail[from] & 0xc0) == 0x80) {
            from++;
        }
        return new String(tail, from, length - from, StandardCharsets.UTF_8);
    }
}
