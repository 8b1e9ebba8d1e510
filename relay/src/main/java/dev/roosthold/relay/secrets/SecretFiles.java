package dev.roosthold.relay.secrets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads and makes secret files. A secret is made once and never replaced here. Thread-safe; the
/// directory must belong to this relay alone.
///
/// When a new secret is returned, its bytes and its name are on the disk, so that nothing can have
/// been encrypted or published with a key that a power failure takes away. Where the file system
/// knows no POSIX modes, the rights of the directory apply.
public final class SecretFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

    /// Secrets are keys; anything larger is not ours.
    private static final int MAX_BYTES = 4096;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final Path directory;

    public SecretFiles(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /// The content of a secret, if it was made. Takes other people their rights to the file away.
    ///
    /// @throws IOException when the file is there and cannot be read, with a message for the
    ///     operator
    public synchronized Optional<byte[]> read(String name) throws IOException {
        Path file = directory.resolve(name);
        byte[] content;
        try (var in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (content.length > MAX_BYTES) {
            throw new IOException(file + " is too long to be a secret of the relay");
        }
        // One that its owner may only read, in a store of secrets for example, is left as it is.
        if (hasModes(file) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            Files.setPosixFilePermissions(file, OWNER_ONLY);
            LOG.warn("{} could be read by others; now only by its owner", name);
        }
        return Optional.of(content);
    }

    /// The content of a secret, which is made when there is none.
    ///
    /// @throws IOException when the file cannot be read or written
    public synchronized byte[] readOrMake(String name, Supplier<byte[]> make) throws IOException {
        Optional<byte[]> present = read(name);
        if (present.isPresent()) {
            return present.get();
        }
        byte[] made = make.get();
        write(directory.resolve(name), made);
        return made;
    }

    /// Where a secret is, for messages to the operator.
    public Path file(String name) {
        return directory.resolve(name);
    }

    private void write(Path file, byte[] content) throws IOException {
        Path temporary = directory.resolve(file.getFileName() + ".tmp");
        // What a start left that lost its power here; its content was never used.
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, attributes());
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
    }

    /// A name is durable only with its directory. Windows cannot open directories and needs no such
    /// call.
    private void syncDirectory() throws IOException {
        if (hasModes(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private FileAttribute<?>[] attributes() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path file) throws IOException {
        return Files.getFileStore(file).supportsFileAttributeView("posix");
    }
}
