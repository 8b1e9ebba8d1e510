package dev.roosthold.client.outbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// A file that only its owner may read. Where the file system knows no POSIX modes, the rights of
/// the directory apply.
final class PrivateFile {
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY =
            PosixFilePermissions.fromString("rwx------");

    private PrivateFile() {}

    /// Makes the file when it is absent, and its directory; takes the rights of others away when it
    /// is there.
    static void prepare(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        boolean modes = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(directory, attributes(modes, DIRECTORY));
        try {
            Files.createFile(file, attributes(modes, FILE));
        } catch (FileAlreadyExistsException e) {
            if (modes && !Files.getPosixFilePermissions(file).equals(FILE)) {
                Files.setPosixFilePermissions(file, FILE);
            }
        }
    }

    /// The name of a file is durable only with its directory. Windows cannot open directories and
    /// needs no such call.
    static void syncName(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] attributes(boolean modes, Set<PosixFilePermission> rights) {
        return modes
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(rights)}
                : new FileAttribute<?>[0];
    }
}
