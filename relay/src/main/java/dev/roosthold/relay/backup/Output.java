package dev.roosthold.relay.backup;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Where the files of a backup go, an archive or a folder. One thread.
abstract sealed class Output implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final Map<String, Manifest.Part> parts = new TreeMap<>();

    /// Copies a file that does not change.
    void add(String name, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            add(name, in, Files.size(file));
        }
    }

    void add(String name, byte[] content) throws IOException {
        add(name, new ByteArrayInputStream(content), content.length);
    }

    boolean has(String name) {
        return parts.containsKey(name);
    }

    List<Manifest.Part> parts() {
        return List.copyOf(parts.values());
    }

    /// Makes everything durable.
    abstract void finish() throws IOException;

    abstract void put(String name, long size, PrivateFiles.Body body) throws IOException;

    @Override
    public abstract void close() throws IOException;

    private void add(String name, InputStream in, long size) throws IOException {
        MessageDigest digest = PrivateFiles.sha256();
        put(
                name,
                size,
                out -> {
                    byte[] buffer = new byte[BUFFER];
                    long left = size;
                    while (left > 0) {
                        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                        if (n < 0) {
                            throw new EOFException(name + " became shorter while it was copied");
                        }
                        digest.update(buffer, 0, n);
                        out.write(buffer, 0, n);
                        left -= n;
                    }
                });
        String sum = HexFormat.of().formatHex(digest.digest());
        parts.put(name, new Manifest.Part(name, size, sum));
    }

    /// One file, compressed.
    static final class Archive extends Output {
        private final FileChannel file;
        private final GZIPOutputStream gzip;
        private final OutputStream out;
        private final long timeMs;

        Archive(Path path, long timeMs) throws IOException {
            this.timeMs = timeMs;
            file = PrivateFiles.create(path);
            gzip =
                    new GZIPOutputStream(Channels.newOutputStream(file), BUFFER) {
                        {
                            // Ciphertext in base64 gains nothing from a harder search.
                            def.setLevel(Deflater.BEST_SPEED);
                        }
                    };
            out = new BufferedOutputStream(gzip, BUFFER);
        }

        @Override
        void put(String name, long size, PrivateFiles.Body body) throws IOException {
            out.write(Tar.header(name, size, timeMs));
            body.writeTo(out);
            Tar.pad(out, size);
        }

        @Override
        void finish() throws IOException {
            Tar.end(out);
            out.flush();
            // Not closed yet: the channel must be open for the flush to the disk.
            gzip.finish();
            file.force(true);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /// Plain files.
    static final class Folder extends Output {
        private final Path folder;

        Folder(Path folder) throws IOException {
            this.folder = folder;
            PrivateFiles.createFolder(folder);
            PrivateFiles.createFolder(folder.resolve("attachments"));
        }

        @Override
        void put(String name, long size, PrivateFiles.Body body) throws IOException {
            PrivateFiles.write(
                    folder.resolve(name),
                    out -> {
                        var buffered = new BufferedOutputStream(out, BUFFER);
                        body.writeTo(buffered);
                        buffered.flush();
                    });
        }

        @Override
        void finish() throws IOException {
            PrivateFiles.sync(folder.resolve("attachments"));
            PrivateFiles.sync(folder);
        }

        @Override
        public void close() {}
    }
}
