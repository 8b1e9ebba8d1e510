package dev.roosthold.history.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// Files that only their owner may read; where the file system knows no modes, the rights of the
/// directory apply. Thread-safe: no state.
public final class OwnerFiles {
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY =
            PosixFilePermissions.fromString("rwx------");

    private OwnerFiles() {}

    /// Makes the directory, and what is missing above it, with mode 0700; one that exists keeps its
    /// mode.
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, attributes(directory, DIRECTORY));
    }

    /// Makes an empty file with mode 0600 and its directory, unless it is there.
    public static void prepare(Path file) throws IOException {
        createDirectory(parent(file));
        if (!Files.exists(file)) {
            Files.createFile(file, attributes(file, FILE));
        } else if (hasModes(file) && !Files.getPosixFilePermissions(file).equals(FILE)) {
            Files.setPosixFilePermissions(file, FILE);
        }
    }

    /// An empty file with mode 0600 and a name of its own beside another.
    public static Path temporary(Path beside) throws IOException {
        Path directory = parent(beside);
        createDirectory(directory);
        return Files.createTempFile(
                directory, "." + beside.getFileName(), ".tmp", attributes(directory, FILE));
    }

    /// Replaces the file in one step with mode 0600. When this returns it is on the disk; when it
    /// fails the old one is there whole.
    public static void write(Path file, byte[] content) throws IOException {
        Path temporary = temporary(file);
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        if (hasModes(file)) {
            // The name is durable only with its directory. Windows needs no such call.
            try (FileChannel channel = FileChannel.open(parent(file), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static FileAttribute<?>[] attributes(Path place, Set<PosixFilePermission> modes) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(modes)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
