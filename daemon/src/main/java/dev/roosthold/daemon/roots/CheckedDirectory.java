package dev.roosthold.daemon.roots;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/// A directory known by its path, for systems without relative opening. The path is checked before
/// and after each use; a swap between two checks that is undone before the second is not noticed.
final class CheckedDirectory implements Directory {
    private final Path real;
    private final Set<Path> closed;
    private final DirectoryStream<Path> entries;

    CheckedDirectory(Path real, Set<Path> closed, DirectoryStream<Path> entries) {
        this.real = real;
        this.closed = closed;
        this.entries = entries;
    }

    @Override
    public Path real() {
        return real;
    }

    private void check() throws IOException {
        if (!real.toRealPath().equals(real)) {
            throw new NoSuchFileException(real.toString());
        }
    }

    @Override
    public BasicFileAttributes attributes(Path name) throws IOException {
        check();
        return Files.readAttributes(
                real.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // closed with the child
    public Directory child(Path name) throws IOException {
        Path path = real.resolve(name).normalize();
        if (closed.contains(path)) {
            throw Roots.outside();
        }
        if (!attributes(name).isDirectory()) {
            throw new NotDirectoryException(name.toString());
        }
        CheckedDirectory child = new CheckedDirectory(path, closed, Files.newDirectoryStream(path));
        try {
            child.check();
            return child;
        } catch (IOException e) {
            child.close();
            throw e;
        }
    }

    @Override
    public FileChannel open(Path name, Set<? extends OpenOption> options) throws IOException {
        check();
        Set<OpenOption> all = new HashSet<>(options);
        all.add(LinkOption.NOFOLLOW_LINKS);
        FileChannel channel = FileChannel.open(real.resolve(name), all);
        try {
            check();
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check();
        Files.move(
                real.resolve(from),
                real.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path name) throws IOException {
        check();
        Files.delete(real.resolve(name));
    }

    @Override
    public void makeDirectory(Path name) throws IOException {
        check();
        Files.createDirectory(real.resolve(name));
        check();
    }

    @Override
    public Iterator<Path> names() {
        Iterator<Path> all = entries.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public Path next() {
                return all.next().getFileName();
            }
        };
    }

    @Override
    public Optional<Set<PosixFilePermission>> permissions(Path name) {
        return Optional.empty();
    }

    @Override
    public void setPermissions(Path name, Set<PosixFilePermission> permissions) {}

    @Override
    public void sync() {}

    @Override
    public void close() {
        try {
            entries.close();
        } catch (IOException _) {
            // Nothing was written through it.
        }
    }
}
