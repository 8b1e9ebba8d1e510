package dev.roosthold.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// What a figure depends on besides the program.
final class Host {

    private static final int SYNCS = 200;

    private Host() {}

    static String loadAverage() throws IOException {
        var fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
        return fields[0] + " " + fields[1] + " " + fields[2];
    }

    static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /// Median time in milliseconds to append 4 KB to a file of that folder and sync it.
    static double fsyncMs(Path folder) throws IOException {
        var file = Files.createTempFile(folder, "sync", null);
        var nanos = new long[SYNCS];
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var page = ByteBuffer.allocateDirect(4_096);
            for (int i = 0; i < SYNCS; i++) {
                page.clear();
                long start = System.nanoTime();
                channel.write(page);
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        } finally {
            Files.delete(file);
        }
        Arrays.sort(nanos);
        return nanos[SYNCS / 2] / 1e6;
    }
}
