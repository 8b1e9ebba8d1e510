package dev.roosthold.relay.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// What a process did to its files, call by call, and what a disk may hold of it when the power
/// fails between two calls.
final class DiskRecord {
    private static final int SECTOR = 512;

    /// @param kind `w` write, `t` truncate, `d` delete, `s` flush
    record Call(char kind, String file, long offset, byte[] data) {}

    /// What a disk makes of the writes that were not flushed when the power fails.
    enum Loss {
        /// All are gone.
        EVERYTHING,
        /// All are there: only the process has died.
        NOTHING,
        /// Each is there or not, in any combination.
        SOME,
        /// All are there but the last one, of which a few sectors were written.
        TORN
    }

    private final List<Call> calls;

    private DiskRecord(List<Call> calls) {
        this.calls = calls;
    }

    /// @param wanted beginnings of the names of the files of interest
    static DiskRecord read(Path file, List<String> wanted) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        List<Call> calls = new ArrayList<>();
        while (in.hasRemaining()) {
            char kind = (char) in.get();
            byte[] name = new byte[in.getInt()];
            in.get(name);
            long offset = in.getLong();
            byte[] data = new byte[in.getInt()];
            in.get(data);
            String path = new String(name, StandardCharsets.UTF_8);
            String own = path.substring(path.lastIndexOf('/') + 1);
            if (wanted.stream().anyMatch(own::startsWith)) {
                calls.add(new Call(kind, own, offset, data));
            }
        }
        return new DiskRecord(calls);
    }

    List<Call> calls() {
        return calls;
    }

    /// The files on a disk.
    static final class Disk {
        private final Map<String, byte[]> files = new HashMap<>();

        void apply(Call call) {
            byte[] old = files.getOrDefault(call.file(), new byte[0]);
            switch (call.kind()) {
                case 'w' -> {
                    int end = Math.toIntExact(call.offset() + call.data().length);
                    byte[] longer = end > old.length ? Arrays.copyOf(old, end) : old;
                    System.arraycopy(
                            call.data(), 0, longer, (int) call.offset(), call.data().length);
                    files.put(call.file(), longer);
                }
                case 't' ->
                        files.put(call.file(), Arrays.copyOf(old, Math.toIntExact(call.offset())));
                case 'd' -> files.remove(call.file());
                default -> {
                    // A flush changes nothing that can be read.
                }
            }
        }

        Disk copy() {
            var copy = new Disk();
            files.forEach((name, bytes) -> copy.files.put(name, bytes.clone()));
            return copy;
        }

        /// Everything of the database; the shared index beside it is lost with the memory.
        void writeTo(Path folder, String database) throws IOException {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                if (!file.getKey().equals(database + "-shm")
                        && file.getKey().startsWith(database)) {
                    Files.write(folder.resolve(file.getKey()), file.getValue());
                }
            }
        }
    }

    /// Goes through the calls one after the other and knows what is safe on the disk.
    final class Player {
        private final Disk safe = new Disk();
        private final Map<String, List<Call>> unflushed = new HashMap<>();
        private int next;

        boolean hasNext() {
            return next < calls.size();
        }

        Call step() {
            Call call = calls.get(next++);
            if (call.kind() == 's') {
                unflushed.getOrDefault(call.file(), List.of()).forEach(safe::apply);
                unflushed.remove(call.file());
            } else if (call.kind() == 'd') {
                unflushed.remove(call.file());
                safe.apply(call);
            } else {
                unflushed.computeIfAbsent(call.file(), _ -> new ArrayList<>()).add(call);
            }
            return call;
        }

        /// What is left when the power fails now.
        Disk after(Loss loss, Random random) {
            Disk disk = safe.copy();
            Call last = next == 0 ? null : calls.get(next - 1);
            unflushed
                    .values()
                    .forEach(
                            waiting -> {
                                for (Call call : waiting) {
                                    switch (loss) {
                                        case EVERYTHING -> {}
                                        case NOTHING -> disk.apply(call);
                                        case SOME -> {
                                            if (random.nextBoolean()) {
                                                disk.apply(torn(call, random));
                                            }
                                        }
                                        case TORN ->
                                                disk.apply(
                                                        call.equals(last)
                                                                ? torn(call, random)
                                                                : call);
                                    }
                                }
                            });
            return disk;
        }

        private static Call torn(Call call, Random random) {
            if (call.kind() != 'w' || random.nextInt(3) == 0) {
                return call;
            }
            int sectors = Math.ceilDiv(call.data().length, SECTOR);
            int kept = Math.min(call.data().length, random.nextInt(sectors + 1) * SECTOR);
            return new Call('w', call.file(), call.offset(), Arrays.copyOf(call.data(), kept));
        }
    }

    Player player() {
        return new Player();
    }
}
