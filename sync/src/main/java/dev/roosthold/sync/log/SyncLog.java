package dev.roosthold.sync.log;

import dev.roosthold.protocol.Codec;
import dev.roosthold.sync.config.LogLevel;
import dev.roosthold.sync.config.SyncFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One JSON object per line: `ts`, `level`, `event`, `msg` and fields. Texts are cut to 200
/// characters and their control characters escaped, so that nothing that a client sent forges a
/// line. Who writes here gives no secret: no key, no payload, no request. Thread-safe.
public final class SyncLog implements AutoCloseable {
    /// Bytes after which a file is put aside, and how many of those are kept.
    static final long LARGEST = 10L * 1024 * 1024;

    static final int KEPT = 3;

    private final LogLevel level;
    private final InstantSource clock;
    private final @Nullable Path file;
    private final long largest;
    private OutputStream out;
    private long size;

    private SyncLog(
            LogLevel level,
            InstantSource clock,
            OutputStream out,
            @Nullable Path file,
            long size,
            long largest) {
        this.level = level;
        this.clock = clock;
        this.out = out;
        this.file = file;
        this.size = size;
        this.largest = largest;
    }

    /// A log to a stream.
    public static SyncLog to(OutputStream out, LogLevel level, InstantSource clock) {
        return new SyncLog(level, clock, out, null, 0, Long.MAX_VALUE);
    }

    /// A log to a file of the owner, which is put aside when it has 10 MiB; three are kept.
    public static SyncLog to(Path file, LogLevel level, InstantSource clock) throws IOException {
        return to(file, level, clock, LARGEST);
    }

    static SyncLog to(Path file, LogLevel level, InstantSource clock, long largest)
            throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            SyncFiles.directory(parent);
        }
        SyncFiles.ownerOnly(file);
        return new SyncLog(level, clock, append(file), file, Files.size(file), largest);
    }

    /// Whether lines of this level are written.
    public boolean writes(LogLevel wanted) {
        return wanted.compareTo(level) >= 0;
    }

    public void trace(String event, String message, Object... fields) {
        write(LogLevel.TRACE, event, message, fields);
    }

    public void debug(String event, String message, Object... fields) {
        write(LogLevel.DEBUG, event, message, fields);
    }

    public void info(String event, String message, Object... fields) {
        write(LogLevel.INFO, event, message, fields);
    }

    public void warn(String event, String message, Object... fields) {
        write(LogLevel.WARN, event, message, fields);
    }

    public void error(String event, String message, Object... fields) {
        write(LogLevel.ERROR, event, message, fields);
    }

    /// Writes a line, if lines of its level are written.
    ///
    /// @param fields names and values, in turn
    public void write(LogLevel of, String event, String message, Object... fields) {
        if (!writes(of)) {
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("ts", clock.instant().toString());
        line.put("level", of.text());
        line.put("event", event);
        line.put("msg", SyncFiles.shown(message));
        for (int i = 0; i + 1 < fields.length; i += 2) {
            Object value = fields[i + 1];
            boolean plain = value instanceof Number || value instanceof Boolean;
            line.put(
                    String.valueOf(fields[i]),
                    plain ? value : SyncFiles.shown(String.valueOf(value)));
        }
        byte[] text = (Codec.printText(line) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            try {
                if (size + text.length > largest && size > 0) {
                    turn();
                }
                out.write(text);
                out.flush();
                size += text.length;
            } catch (IOException e) {
                // A log that cannot be written must not stop what it tells of.
            }
        }
    }

    private void turn() throws IOException {
        Path current = file;
        if (current == null) {
            return;
        }
        out.close();
        for (int i = KEPT - 1; i >= 0; i--) {
            Path from = i == 0 ? current : numbered(current, i);
            if (Files.exists(from)) {
                Files.move(from, numbered(current, i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        SyncFiles.ownerOnly(current);
        out = append(current);
        size = 0;
    }

    private static Path numbered(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static OutputStream append(Path file) throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void close() {
        try {
            if (file != null) {
                out.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
