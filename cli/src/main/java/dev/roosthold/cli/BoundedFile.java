package dev.roosthold.cli;

import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A log file that does not grow for ever: when it is full it becomes `<name>.1`, what that was
/// becomes `<name>.2`, and what that was is deleted. Mode 0600. Each write is one whole line or
/// more, so no line is torn. Thread-safe.
final class BoundedFile extends OutputStream {
    private static final int KEPT = 2;

    private final Path file;
    private final long most;
    private FileChannel channel;
    private long size;

    /// @param most bytes of one file
    BoundedFile(Path file, long most) throws IOException {
        this.file = file;
        this.most = most;
        channel = open();
        size = channel.size();
    }

    /// The file and the older ones that are there, oldest first.
    static List<Path> all(Path file) {
        List<Path> files = new ArrayList<>();
        for (int n = KEPT; n >= 1; n--) {
            files.add(older(file, n));
        }
        files.add(file);
        files.removeIf(one -> !Files.exists(one));
        return files;
    }

    private static Path older(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private FileChannel open() throws IOException {
        PrivateFiles.prepare(file);
        return FileChannel.open(file, StandardOpenOption.APPEND);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        if (size > 0 && size + length > most) {
            rotate();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        while (buffer.hasRemaining()) {
            size += channel.write(buffer);
        }
    }

    private void rotate() throws IOException {
        channel.close();
        for (int n = KEPT; n >= 1; n--) {
            Path from = n == 1 ? file : older(file, n - 1);
            if (Files.exists(from)) {
                Files.move(from, older(file, n), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        channel = open();
        size = 0;
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
