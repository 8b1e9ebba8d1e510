package dev.roosthold.daemon.roots;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/// An open directory inside the roots. All names are single ones (or `.`), and no operation follows
/// a link. One thread at a time; must be closed.
public interface Directory extends Closeable {

    /// Where it was when it was opened, without links; for showing, and for starting programs in.
    Path real();

    /// What the name stands for; of a link, the link.
    BasicFileAttributes attributes(Path name) throws IOException;

    Directory child(Path name) throws IOException;

    /// Opens a file; the options need not say that links are not followed.
    FileChannel open(Path name, Set<? extends OpenOption> options) throws IOException;

    /// Replaces what is there under the second name, in one step.
    void rename(Path from, Path to) throws IOException;

    void delete(Path name) throws IOException;

    /// Makes a directory with the usual rights.
    void makeDirectory(Path name) throws IOException;

    /// The names in it, in the system's order; can be asked for once.
    Iterator<Path> names();

    /// Empty where the system has no such rights.
    Optional<Set<PosixFilePermission>> permissions(Path name) throws IOException;

    void setPermissions(Path name, Set<PosixFilePermission> permissions) throws IOException;

    /// Brings the names in it to the disk, where that needs a call.
    void sync() throws IOException;

    @Override
    void close();

    /// Whether the name is taken, by whatever it may be.
    default boolean has(Path name) throws IOException {
        try {
            BasicFileAttributes _ = attributes(name);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /// Opens the top: the path itself is trusted, and must still be what it was when it became a
    /// root.
    ///
    /// @param closed directories that are not entered, wherever below they are
    @SuppressWarnings("StreamResourceLeak") // closed with the directory
    static Directory openRoot(Path real, Set<Path> closed) throws IOException {
        if (closed.stream().anyMatch(real::startsWith)) {
            throw Roots.outside();
        }
        DirectoryStream<Path> stream = Files.newDirectoryStream(real);
        Directory opened =
                stream instanceof SecureDirectoryStream<Path> secure
                        ? new HeldDirectory(real, closed, secure)
                        : new CheckedDirectory(real, closed, stream);
        try {
            Object inside = opened.attributes(Path.of(".")).fileKey();
            Object atPath =
                    Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .fileKey();
            boolean same = inside == null || inside.equals(atPath);
            if (!same || !real.toRealPath().equals(real)) {
                throw new NoSuchFileException("root");
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }
}
