package dev.roosthold.daemon.roots;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// Where a path from afar leads: a name in an open directory. The name is not a link, and may be
/// free. `.` when the path names a root directory itself.
///
/// @param directory closed with the place
public record Place(Directory directory, Path name) implements Closeable {

    /// The full path, without links.
    public Path real() {
        return directory.real().resolve(name).normalize();
    }

    public boolean exists() throws IOException {
        return directory.has(name);
    }

    /// Opens the directory that the place names.
    ///
    /// @throws java.nio.file.NotDirectoryException when it is something else
    public Directory openDirectory() throws IOException {
        return directory.child(name);
    }

    @Override
    public void close() {
        directory.close();
    }
}
