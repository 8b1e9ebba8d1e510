package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.rpc.MethodFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/// The bytes of a file, within what one answer can carry.
final class Contents {
    /// Twice base64, and 1,000,000 bytes are the end of a packet.
    static final int MAX_BYTES = 512 * 1024;

    private Contents() {}

    /// The whole file.
    ///
    /// @throws MethodFailure when it is no regular file (a pipe would make the reader wait, a
    ///     device never ends) or too large
    static byte[] read(Directory directory, Path name) throws IOException {
        requireFile(directory, name);
        try (FileChannel channel = directory.open(name, Set.of(StandardOpenOption.READ))) {
            long size = channel.size();
            // Some files of the system say 0 and have content, others grow: the size is a hint.
            if (size > MAX_BYTES) {
                throw tooLarge();
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(size + 1, 4096));
            while (channel.read(bytes) >= 0) {
                if (bytes.position() > MAX_BYTES) {
                    throw tooLarge();
                }
                if (!bytes.hasRemaining()) {
                    int larger = Math.min(bytes.capacity() * 2, MAX_BYTES + 1);
                    bytes = ByteBuffer.allocate(larger).put(bytes.flip());
                }
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    static void requireFile(Directory directory, Path name) throws IOException {
        var attributes = directory.attributes(name);
        if (attributes.isDirectory()) {
            throw new MethodFailure("It is a directory");
        }
        if (!attributes.isRegularFile()) {
            throw new MethodFailure("Not a regular file");
        }
    }

    static MethodFailure tooLarge() {
        return new MethodFailure("The file is larger than " + MAX_BYTES / 1024 + " KiB");
    }

    /// Lower-case hex SHA-256.
    static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
