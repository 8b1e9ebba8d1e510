package dev.roosthold.daemon;

import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Held by whoever acts as this computer's machine, so that two daemons never speak for one
/// machine. The operating system takes it back when the process ends in any way.
final class DaemonLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final FileChannel channel;

    private DaemonLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Empty when another daemon or enrolment holds it. One that holds it for a moment, to see
    /// whether it is free, is waited for.
    static Optional<DaemonLock> tryAcquire(Path home) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<DaemonLock> lock = tryOnce(home);
        while (lock.isEmpty()
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(PAUSE.toNanos());
            lock = tryOnce(home);
        }
        return lock;
    }

    /// Whether somebody holds it. Does not load what waiting takes.
    static boolean isHeld(Path home) {
        if (!Files.exists(home.resolve("machine.lock"))) {
            return false;
        }
        try (DaemonLock lock = tryOnce(home).orElse(null)) {
            return lock == null;
        }
    }

    private static Optional<DaemonLock> tryOnce(Path home) {
        try {
            Path file = home.resolve("machine.lock");
            PrivateFiles.prepare(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
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
