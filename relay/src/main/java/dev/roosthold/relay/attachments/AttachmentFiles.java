package dev.roosthold.relay.attachments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The folder with the bytes. Names come from rows only. Thread-safe; one process at a time.
final class AttachmentFiles {
    private static final String PART = ".part";

    private final Path folder;
    private final AtomicLong parts = new AtomicLong();

    /// Makes the folder, readable by its owner only, and removes what uploads of an earlier process
    /// left half-written.
    AttachmentFiles(Path folder) throws IOException {
        this.folder = folder;
        if (Files.notExists(folder)) {
            Files.createDirectories(folder, owner("rwx------"));
            sync(folder.toAbsolutePath().getParent());
        }
        forEachName(
                name -> {
                    if (name.endsWith(PART)) {
                        remove(name);
                    }
                });
    }

    /// Writes the bytes under the name; they are on the disk when this returns. What stood there
    /// before is replaced, so the caller makes sure that nothing acknowledged did.
    void write(String name, byte[] bytes) throws IOException {
        Path part = folder.resolve(name + "." + parts.incrementAndGet() + PART);
        try {
            try (var out =
                    FileChannel.open(
                            part,
                            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            owner("rw-------"))) {
                var rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                out.force(true);
            }
            Files.move(
                    part,
                    folder.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            // Without this the name may be gone after a power loss.
            sync(folder);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /// The bytes; empty when there is no such file.
    Optional<byte[]> read(String name) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Removes the file if it is there. What cannot be removed now is tried again by the next
    /// tidying.
    boolean remove(String name) {
        try {
            return Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            return false;
        }
    }

    /// Calls for each file that is complete.
    void forEach(Consumer<String> visitor) throws IOException {
        forEachName(
                name -> {
                    if (!name.endsWith(PART)) {
                        visitor.accept(name);
                    }
                });
    }

    private void forEachName(Consumer<String> visitor) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                visitor.accept(String.valueOf(entry.getFileName()));
            }
        }
    }

    private void sync(@Nullable Path directory) throws IOException {
        if (directory != null && isPosix()) {
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private FileAttribute<?>[] owner(String mode) {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
                }
                : new FileAttribute<?>[0];
    }

    private boolean isPosix() {
        Set<String> views = folder.getFileSystem().supportedFileAttributeViews();
        return views.contains("posix");
    }
}
