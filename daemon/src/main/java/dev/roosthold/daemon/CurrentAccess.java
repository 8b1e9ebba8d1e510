package dev.roosthold.daemon;

import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The access settings as they stand in the file now: it is looked at each time, and read when it
/// has changed. Thread-safe.
final class CurrentAccess {
    private final RemoteAccessFile file;
    private final Path rootDirectory;
    private final MachineListener listener;
    private final Path home;
    private Stamp stamp = Stamp.NONE;
    private Optional<RemoteAccess> known = Optional.empty();

    /// What tells one writing of the file from another: it is always replaced, never changed.
    private record Stamp(@Nullable Object key, long size, @Nullable FileTime time) {
        static final Stamp NONE = new Stamp(null, -1, null);
    }

    CurrentAccess(DaemonConfig config, MachineListener listener) {
        file = new RemoteAccessFile(config.home());
        rootDirectory = config.credential().rootDirectory();
        this.listener = listener;
        home = real(config.home());
    }

    synchronized RemoteAccess get() {
        // The stamp comes first: a file that is replaced in between is read again next time.
        Stamp now = stamp();
        if (known.isEmpty() || !now.equals(stamp)) {
            known = Optional.of(read());
            stamp = now;
        }
        return known.get();
    }

    Roots roots() {
        return new Roots(get().roots(), Set.of(home));
    }

    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException _) {
            return directory.toAbsolutePath().normalize();
        }
    }

    private RemoteAccess read() {
        try {
            return file.read(rootDirectory);
        } catch (DaemonException e) {
            listener.notice(e.getMessage() + "; until then the policy is locked");
            return RemoteAccess.closed();
        }
    }

    private Stamp stamp() {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file.path(), BasicFileAttributes.class);
            return new Stamp(
                    attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
        } catch (NoSuchFileException _) {
            return Stamp.NONE;
        } catch (IOException e) {
            return new Stamp(String.valueOf(e), -1, null);
        }
    }
}
