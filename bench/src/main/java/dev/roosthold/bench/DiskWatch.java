package dev.roosthold.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Syncs 4 KB to a file of a folder twenty times a second while something else is measured there.
/// No answer comes before its data is on the disk, so a disk that stops now and then shows in every
/// figure; this tells how much of one is the disk. What is counted is therefore not how long the
/// syncs took, but how long a write that comes at any moment has to wait for the one that runs: one
/// second that a sync takes keeps a second's writes waiting.
final class DiskWatch implements AutoCloseable {
    private static final int PAUSE_MS = 50;
    private static final long MILLISECOND = 1_000_000;

    private final Path file;
    private final FileChannel channel;
    private final Thread thread;
    private volatile Latencies waits = new Latencies();
    private volatile boolean over;

    private DiskWatch(Path folder) throws IOException {
        file = Files.createTempFile(folder, "watch", null);
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
        thread = Thread.ofPlatform().name("disk-watch").daemon().start(this::watch);
    }

    static DiskWatch start(Path folder) throws IOException {
        return new DiskWatch(folder);
    }

    /// Forgets what was seen so far.
    void startOver() {
        waits = new Latencies();
    }

    /// How long a write had to wait for the disk, one entry for each millisecond.
    Latencies waits() {
        return waits;
    }

    private void watch() {
        var page = ByteBuffer.allocateDirect(4_096);
        try {
            while (!over) {
                page.clear();
                long begin = System.nanoTime();
                channel.write(page, 0);
                channel.force(false);
                record(System.nanoTime() - begin);
                Thread.sleep(PAUSE_MS);
            }
        } catch (IOException e) {
            System.out.println("the disk is not watched any more: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void record(long nanos) {
        Latencies into = waits;
        for (long left = nanos; left > 0; left -= MILLISECOND) {
            into.record(left);
        }
        for (int i = 0; i < PAUSE_MS; i++) {
            into.record(0);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        over = true;
        thread.join();
        channel.close();
        Files.delete(file);
    }
}
