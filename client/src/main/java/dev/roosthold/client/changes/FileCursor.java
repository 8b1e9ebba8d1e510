package dev.roosthold.client.changes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Thread-safe.
final class FileCursor implements Cursor {
    private static final Logger LOG = LoggerFactory.getLogger(FileCursor.class);

    private final Path file;
    private OptionalLong position;
    private OptionalLong written;

    FileCursor(Path file) {
        this.file = file;
        position = read(file);
        written = position;
    }

    private static OptionalLong read(Path file) {
        try {
            long seq = Long.parseLong(Files.readString(file).strip());
            return seq < 0 ? OptionalLong.empty() : OptionalLong.of(seq);
        } catch (NoSuchFileException | NumberFormatException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized OptionalLong position() {
        return position;
    }

    @Override
    public synchronized void moveTo(long seq) {
        position = OptionalLong.of(seq);
    }

    /// A position that cannot be written is only written later: what repeats then is what would
    /// repeat after a crash.
    @Override
    public synchronized void settled() {
        if (position.equals(written) || position.isEmpty()) {
            return;
        }
        Path successor = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(successor, position.getAsLong() + "\n");
            try (FileChannel channel = FileChannel.open(successor, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    successor,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            written = position;
        } catch (IOException e) {
            LOG.warn("the position in the updates was not written to {}", file);
        }
    }
}
