package dev.roosthold.relay;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.doctor.RunningRelay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/// The relay's directory, held against a second relay: two of them would each believe that only
/// their own sockets exist.
final class DataDirectory implements AutoCloseable {
    private static final String LOCK = "relay.lock";
    private static final int ATTEMPTS = 10;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final FileChannel lock;

    private DataDirectory(FileChannel lock) {
        this.lock = lock;
    }

    /// A command may hold the directory for a moment to see whether a relay does; so this tries for
    /// a while.
    ///
    /// @throws IOException with a message for the operator
    static DataDirectory open(Path path) throws IOException {
        create(path);
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            Optional<DataDirectory> free = tryOpen(path);
            if (free.isPresent()) {
                return free.get();
            }
            pause();
        }
        return tryOpen(path).orElseThrow(() -> new IOException("another relay is using " + path));
    }

    /// Opens the directory as one of several relays that share it. A relay that is alone and one
    /// that shares keep each other out.
    ///
    /// @throws IOException with a message for the operator
    static DataDirectory share(Path path) throws IOException {
        create(path);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            FileChannel channel =
                    FileChannel.open(
                            path.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            try {
                // A place of its own behind the end: who wants the directory alone locks all.
                long place = 1 + (new SecureRandom().nextLong() >>> 2);
                if (channel.tryLock(place, 1, false) != null) {
                    return new DataDirectory(channel);
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process.
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            channel.close();
            pause();
        }
        throw new IOException("a relay that shares with no other is using " + path);
    }

    /// Empty when a relay holds the directory, which must exist.
    static Optional<DataDirectory> tryOpen(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return Optional.of(new DataDirectory(channel));
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /// Whether a relay holds the directory. Makes nothing.
    static boolean isHeld(Path path) throws IOException {
        if (Files.notExists(path.resolve(LOCK))) {
            return false;
        }
        Optional<DataDirectory> free = tryOpen(path);
        free.ifPresent(DataDirectory::close);
        return free.isEmpty();
    }

    /// Says what runs here, for commands beside it: see [#announced].
    void announce(RunningRelay relay) throws IOException {
        lock.truncate(0);
        lock.write(ByteBuffer.wrap(Codec.print(relay)), 0);
    }

    /// What the relay that holds the directory has announced; empty when it has not yet.
    static Optional<RunningRelay> announced(Path path) {
        try {
            byte[] json = Files.readAllBytes(path.resolve(LOCK));
            return Optional.of(Codec.parse(json, RunningRelay.class));
        } catch (IOException | MalformedJson e) {
            return Optional.empty();
        }
    }

    static Path database(Path directory) {
        return directory.resolve("relay.db");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The lock goes with the process at the latest.
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void create(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(path);
        }
    }
}
