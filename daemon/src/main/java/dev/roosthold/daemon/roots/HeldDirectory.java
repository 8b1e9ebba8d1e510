package dev.roosthold.daemon.roots;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A directory held by its handle: everything is relative to it.
final class HeldDirectory implements Directory {
    private final Path real;
    private final Set<Path> closed;
    private final SecureDirectoryStream<Path> handle;

    HeldDirectory(Path real, Set<Path> closed, SecureDirectoryStream<Path> handle) {
        this.real = real;
        this.closed = closed;
        this.handle = handle;
    }

    @Override
    public Path real() {
        return real;
    }

    @Override
    public BasicFileAttributes attributes(Path name) throws IOException {
        return handle.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    @Override
    public Directory child(Path name) throws IOException {
        BasicFileAttributes attributes = attributes(name);
        // Opening something else, such as a pipe, might wait for ever.
        if (!attributes.isDirectory()) {
            throw new NotDirectoryException(name.toString());
        }
        Path path = real.resolve(name).normalize();
        if (isClosed(path, attributes.fileKey())) {
            throw Roots.outside();
        }
        return new HeldDirectory(
                path, closed, handle.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
    }

    /// By what it is as well as by its name: where case does not matter, it has several.
    private boolean isClosed(Path path, @Nullable Object key) {
        for (Path directory : closed) {
            try {
                if (directory.equals(path)
                        || (key != null
                                && key.equals(
                                        Files.readAttributes(directory, BasicFileAttributes.class)
                                                .fileKey()))) {
                    return true;
                }
            } catch (IOException _) {
                // Not there, so this is not it.
            }
        }
        return false;
    }

    @Override
    public FileChannel open(Path name, Set<? extends OpenOption> options) throws IOException {
        Set<OpenOption> all = new HashSet<>(options);
        all.add(LinkOption.NOFOLLOW_LINKS);
        SeekableByteChannel channel = handle.newByteChannel(name, all);
        if (channel instanceof FileChannel file) {
            return file;
        }
        channel.close();
        throw new IOException("not a file channel");
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        handle.move(from, handle, to);
    }

    @Override
    public void delete(Path name) throws IOException {
        handle.deleteFile(name);
    }

    /// The library can make a directory only by its path. It is looked for under the handle
    /// afterwards: when this directory was moved away or replaced meanwhile, an empty directory may
    /// have been made elsewhere, and nothing is done with it.
    @Override
    public void makeDirectory(Path name) throws IOException {
        Files.createDirectory(real.resolve(name));
        if (!attributes(name).isDirectory()) {
            throw new NoSuchFileException(name.toString());
        }
    }

    @Override
    public Iterator<Path> names() {
        Iterator<Path> entries = handle.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Path next() {
                return entries.next().getFileName();
            }
        };
    }

    private @Nullable PosixFileAttributeView posix(Path name) {
        return handle.getFileAttributeView(
                name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Optional<Set<PosixFilePermission>> permissions(Path name) throws IOException {
        PosixFileAttributeView view = posix(name);
        return view == null ? Optional.empty() : Optional.of(view.readAttributes().permissions());
    }

    @Override
    public void setPermissions(Path name, Set<PosixFilePermission> permissions) throws IOException {
        PosixFileAttributeView view = posix(name);
        if (view != null) {
            view.setPermissions(permissions);
        }
    }

    @Override
    public void sync() throws IOException {
        try (FileChannel self = open(Path.of("."), Set.of(StandardOpenOption.READ))) {
            self.force(true);
        }
    }

    @Override
    public void close() {
        try {
            handle.close();
        } catch (IOException _) {
            // Nothing was written through it.
        }
    }
}
