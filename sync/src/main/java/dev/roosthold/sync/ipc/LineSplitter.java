package dev.roosthold.sync.ipc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Makes lines of bytes, with bounded memory. For one thread.
///
/// A line ends with LF; a CR before it does not count, and empty lines are passed over. A longer
/// line than allowed is reported once and then dropped up to its end.
final class LineSplitter {
    /// Hears of what was found.
    interface Sink {
        void line(byte[] line) throws InterruptedException;

        /// A line is too long; called once for it.
        void tooLong() throws InterruptedException;

        /// So much has come without the end of a line that nothing will.
        void endless();
    }

    private final int longest;
    private final long most;
    private final Sink sink;
    private byte[] buffer = new byte[1024];
    private int size;
    private long dropped;
    private boolean dropping;

    LineSplitter(int longest, long most, Sink sink) {
        this.longest = longest;
        this.most = most;
        this.sink = sink;
    }

    /// Whether a line has begun and not ended.
    boolean isInside() {
        return size > 0 || dropping;
    }

    /// Takes in all that remains in the buffer.
    void take(ByteBuffer bytes) throws InterruptedException {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (dropping) {
                dropped++;
                if (next == '\n') {
                    dropping = false;
                } else if (dropped > most) {
                    sink.endless();
                    return;
                }
            } else if (next == '\n') {
                end();
            } else {
                add(next);
            }
        }
    }

    private void end() throws InterruptedException {
        int length = size > 0 && buffer[size - 1] == '\r' ? size - 1 : size;
        byte[] line = Arrays.copyOf(buffer, length);
        size = 0;
        if (buffer.length > 64 * 1024) {
            buffer = new byte[1024];
        }
        if (length > 0) {
            sink.line(line);
        }
    }

    private void add(byte next) throws InterruptedException {
        // One more than the longest: the CR that may precede the end.
        if (size > longest || (size == longest && next != '\r')) {
            dropping = true;
            dropped = size + 1L;
            size = 0;
            buffer = new byte[1024];
            sink.tooLong();
            return;
        }
        if (size == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(longest + 1, buffer.length * 4));
        }
        buffer[size++] = next;
    }
}
