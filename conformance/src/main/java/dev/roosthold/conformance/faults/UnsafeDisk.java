package dev.roosthold.conformance.faults;

import dev.roosthold.conformance.faults.DiskCall.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What a disk is sure to hold of the files of a process, and what it may lose when the power
/// fails. Not thread-safe.
public final class UnsafeDisk {
    private static final int SECTOR = 512;

    /// How the names of the files of a database end.
    private static final List<String> ENDS = List.of("", "-wal", "-journal", "-shm");

    private final Map<String, Content> safe = new HashMap<>();
    private final Map<String, List<DiskCall>> unflushed = new HashMap<>();
    private @Nullable DiskCall last;

    /// What becomes of the calls that were not flushed when the power fails.
    public enum Loss {
        /// All are gone.
        EVERYTHING,
        /// All are there: only the process has died.
        NOTHING,
        /// Each is there or not, in any combination.
        SOME,
        /// All are there but the last one, of which a few sectors were written.
        TORN
    }

    /// The process made this call.
    public void apply(DiskCall call) {
        last = call;
        switch (call.kind()) {
            case FLUSH -> {
                unflushed.getOrDefault(call.file(), List.of()).forEach(one -> apply(one, safe));
                unflushed.remove(call.file());
            }
            case DELETE -> {
                unflushed.remove(call.file());
                safe.remove(call.file());
            }
            case WRITE, TRUNCATE ->
                    unflushed.computeIfAbsent(call.file(), _ -> new ArrayList<>()).add(call);
        }
    }

    /// The files as they are when the power fails now.
    public Map<String, byte[]> after(Loss loss, Random random) {
        Map<String, Content> disk = new HashMap<>();
        safe.forEach((file, content) -> disk.put(file, content.copy()));
        for (List<DiskCall> waiting : unflushed.values()) {
            for (DiskCall call : waiting) {
                switch (loss) {
                    case EVERYTHING -> {}
                    case NOTHING -> apply(call, disk);
                    case SOME -> {
                        if (random.nextBoolean()) {
                            apply(torn(call, random), disk);
                        }
                    }
                    case TORN -> apply(call.equals(last) ? torn(call, random) : call, disk);
                }
            }
        }
        Map<String, byte[]> files = new HashMap<>();
        disk.forEach((file, content) -> files.put(file, content.bytes()));
        return files;
    }

    /// From now on the disk holds these files, and nothing else.
    void restart(Map<String, byte[]> files) {
        unflushed.clear();
        safe.clear();
        last = null;
        files.forEach((file, bytes) -> safe.put(file, new Content(bytes, bytes.length)));
    }

    /// A process that died did the last of its calls without a record of them: the files, which are
    /// these, hold what it wrote; nothing of that was flushed for sure.
    void settle(Map<String, byte[]> files) {
        Map<String, byte[]> known = after(Loss.NOTHING, new Random(0));
        known.keySet().stream()
                .filter(file -> !files.containsKey(file))
                .forEach(file -> apply(new DiskCall(Kind.DELETE, file, 0, new byte[0])));
        files.forEach(
                (file, bytes) -> {
                    if (!Arrays.equals(bytes, known.get(file))) {
                        apply(new DiskCall(Kind.TRUNCATE, file, bytes.length, new byte[0]));
                        apply(new DiskCall(Kind.WRITE, file, 0, bytes));
                    }
                });
    }

    /// Puts files into a folder, instead of those of a database that are there. The index that
    /// processes share beside the database is lost with the memory.
    ///
    /// @param database name of its main file, with which the names of the others begin
    public static void write(Map<String, byte[]> files, Path folder, String database)
            throws IOException {
        for (String end : ENDS) {
            Files.deleteIfExists(folder.resolve(database + end));
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (file.getKey().startsWith(database) && !file.getKey().equals(database + "-shm")) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
        }
    }

    /// The files of a database that are in a folder.
    static Map<String, byte[]> read(Path folder, String database) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (String end : ENDS) {
            Path file = folder.resolve(database + end);
            if (Files.exists(file)) {
                files.put(database + end, Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void apply(DiskCall call, Map<String, Content> disk) {
        Content content = disk.computeIfAbsent(call.file(), _ -> new Content(new byte[0], 0));
        if (call.kind() == Kind.TRUNCATE) {
            content.truncate(Math.toIntExact(call.offset()));
        } else {
            content.write(Math.toIntExact(call.offset()), call.data());
        }
    }

    private static DiskCall torn(DiskCall call, Random random) {
        if (call.kind() != Kind.WRITE || random.nextInt(3) == 0) {
            return call;
        }
        int sectors = Math.ceilDiv(call.data().length, SECTOR);
        int kept = Math.min(call.data().length, random.nextInt(sectors + 1) * SECTOR);
        return new DiskCall(
                Kind.WRITE, call.file(), call.offset(), Arrays.copyOf(call.data(), kept));
    }

    /// The bytes of a file that grows.
    private static final class Content {
        private byte[] bytes;
        private int size;

        Content(byte[] bytes, int size) {
            this.bytes = bytes;
            this.size = size;
        }

        void write(int offset, byte[] data) {
            int end = offset + data.length;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            System.arraycopy(data, 0, bytes, offset, data.length);
            size = Math.max(size, end);
        }

        void truncate(int to) {
            if (to > bytes.length) {
                bytes = Arrays.copyOf(bytes, to);
            } else if (to < size) {
                Arrays.fill(bytes, to, size, (byte) 0);
            }
            size = to;
        }

        Content copy() {
            return new Content(bytes(), size);
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, size);
        }
    }
}
