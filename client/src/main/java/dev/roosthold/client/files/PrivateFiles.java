package dev.roosthold.client.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// Files that only their owner may read. Where the file system knows no POSIX modes, the rights of
/// the directory apply. Thread-safe: no state.
public final class PrivateFiles {
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY =
            PosixFilePermissions.fromString("rwx------");

    private PrivateFiles() {}

    /// Makes the directory with mode 0700; one that exists keeps its mode.
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, attributes(directory, DIRECTORY));
    }

    /// Makes the file, empty, when it is absent, and its directory; takes the rights of others away
    /// when it is there. For files that are written in place; see [#syncName].
    public static void prepare(Path file) throws IOException {
        Path directory = parent(file);
        createDirectory(directory);
        try {
            Files.createFile(file, attributes(directory, FILE));
        } catch (FileAlreadyExistsException e) {
            tighten(file);
        }
    }

    /// Replaces the file in one step with mode 0600. When this returns, content and name are on the
    /// disk; when it fails or the power does, the old file is still there whole.
    public static void write(Path file, byte[] content) throws IOException {
        Path directory = parent(file);
        Path temporary =
                Files.createTempFile(
                        directory, "." + file.getFileName(), ".tmp", attributes(directory, FILE));
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
        syncName(file);
    }

    /// Takes group and others their rights away. Returns whether there were any.
    public static boolean tighten(Path file) throws IOException {
        if (!hasModes(file) || Files.getPosixFilePermissions(file).equals(FILE)) {
            return false;
        }
        Files.setPosixFilePermissions(file, FILE);
        return true;
    }

    /// The name of a file is durable only with its directory. Windows cannot open directories and
    /// needs no such call.
    public static void syncName(Path file) throws IOException {
        Path directory = parent(file);
        if (hasModes(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
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

    private static boolean hasModes(Path file) throws IOException {
        return Files.getFileStore(file).supportsFileAttributeView("posix");
    }
}
