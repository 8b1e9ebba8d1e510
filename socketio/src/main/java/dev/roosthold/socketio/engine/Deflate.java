package dev.roosthold.socketio.engine;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// permessage-deflate (RFC 7692) without context takeover: each message stands alone, so a
/// connection holds no window.
final class Deflate {
    /// Shorter payloads are sent as they are.
    static final int THRESHOLD = 1024;

    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private Deflate() {}

    /// The message, or null when it is not deflate data or grows beyond the limit.
    static byte @Nullable [] inflate(byte[] compressed, int maxLength) {
        Inflater inflater = new Inflater(true);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(maxLength, 1024));
            byte[] chunk = new byte[Math.min(maxLength + 1, 8192)];
            boolean tailGiven = false;
            inflater.setInput(compressed);
            while (true) {
                int read = inflater.inflate(chunk);
                if (out.size() + read > maxLength) {
                    return null;
                }
                out.write(chunk, 0, read);
                if (read > 0) {
                    continue;
                }
                if (inflater.finished() || inflater.needsInput() && tailGiven) {
                    return out.toByteArray();
                }
                if (!inflater.needsInput()) {
                    return null;
                }
                inflater.setInput(TAIL);
                tailGiven = true;
            }
        } catch (DataFormatException damaged) {
            return null;
        } finally {
            inflater.end();
        }
    }

    static byte[] deflate(byte[] data) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(data);
            ByteArrayOutputStream out = new ByteArrayOutputStream(data.length / 4 + 16);
            byte[] chunk = new byte[8192];
            int read;
            do {
                read = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
                out.write(chunk, 0, read);
            } while (read == chunk.length);
            byte[] compressed = out.toByteArray();
            return Arrays.copyOf(compressed, compressed.length - TAIL.length);
        } finally {
            deflater.end();
        }
    }
}
