package dev.roosthold.conformance.faults;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// One call with which a process changed or flushed a file.
///
/// @param file its name without a folder
/// @param offset where a write begins, or the new size of a file that was truncated
/// @param data what was written; empty for every other call
public record DiskCall(Kind kind, String file, long offset, byte[] data) {
    /// What a call does.
    public enum Kind {
        WRITE('w'),
        TRUNCATE('t'),
        DELETE('d'),
        FLUSH('s');

        private final char mark;

        Kind(char mark) {
            this.mark = mark;
        }

        private static Kind of(int mark) throws IOException {
            for (Kind kind : values()) {
                if (kind.mark == mark) {
                    return kind;
                }
            }
            throw new IOException("no record of calls: " + mark);
        }
    }

    /// More than a process writes at once.
    private static final int MAX_LENGTH = 64 << 20;

    /// The calls that `faults.c` recorded, in their order. One in whose record the process died is
    /// left out: nobody can rely on it.
    ///
    /// @param wanted which files are of interest, by their names
    /// @throws IOException when it is no such record, or one of several processes of which another
    ///     than the last died in the middle of a call
    static List<DiskCall> read(InputStream record, Predicate<String> wanted) throws IOException {
        var in = new DataInputStream(record);
        List<DiskCall> calls = new ArrayList<>();
        try {
            for (int mark = in.read(); mark >= 0; mark = in.read()) {
                Kind kind = Kind.of(mark);
                String path = new String(bytes(in), StandardCharsets.UTF_8);
                long offset = number(in, Long.BYTES).getLong();
                byte[] data = bytes(in);
                String file = path.substring(path.lastIndexOf('/') + 1);
                if (wanted.test(file)) {
                    calls.add(new DiskCall(kind, file, offset, data));
                }
            }
        } catch (EOFException e) {
            // The last one was not finished.
        }
        return calls;
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = number(in, Integer.BYTES).getInt();
        if (length < 0 || length > MAX_LENGTH) {
            throw new IOException("no record of calls: " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /// Written in the order of bytes of this computer.
    private static ByteBuffer number(DataInputStream in, int size) throws IOException {
        byte[] bytes = new byte[size];
        in.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }
}
