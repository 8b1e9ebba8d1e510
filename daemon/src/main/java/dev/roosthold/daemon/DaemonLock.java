package dev.roosthold.daemon;

import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Held by whoever acts as this computer's machine, so that two daemons never speak for one
/// machine. The operating system takes it back when the process ends in any way.
final class DaemonLock implements AutoCloseable {
    private final FileChannel channel;

    private DaemonLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Empty when another daemon or enrolment holds it.
    static Optional<DaemonLock> tryAcquire(Path home) {
        try {
            PrivateFiles.createDirectory(home);
            FileChannel channel =
                    FileChannel.open(
                            home.resolve("machine.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (tryLock(channel)) {
                return Optional.of(new DaemonLock(channel));
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new DaemonException("cannot use the directory " + home, e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DaemonException("cannot release the lock", e);
        }
    }
}
