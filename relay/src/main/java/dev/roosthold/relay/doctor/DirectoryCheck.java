package dev.roosthold.relay.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The data directory: whose it is, who can read it, what it lies on.
record DirectoryCheck(Situation situation) implements Check {
    private static final Set<PosixFilePermission> OF_OTHERS =
            PosixFilePermissions.fromString("---rwxrwx");
    private static final List<String> NETWORK =
            List.of(
                    "nfs",
                    "cifs",
                    "smb",
                    "9p",
                    "afs",
                    "ceph",
                    "glusterfs",
                    "sshfs",
                    "davfs",
                    "lustre",
                    "beegfs");
    private static final long TOO_LITTLE = 100L << 20;
    private static final long LITTLE = 1L << 30;
    private static final int ROUNDS = 9;
    private static final long SLOW_NANOS = 25_000_000;

    @Override
    public List<Finding> run() {
        Path directory = situation.dataDirectory();
        if (!Files.isDirectory(directory)) {
            return List.of(
                    Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                            ? Finding.wrong(
                                    "data directory",
                                    directory + " is not a folder",
                                    "Move it aside, or name another place with --data.")
                            : Finding.warning(
                                    "data directory",
                                    directory + " does not exist",
                                    "`roost up` makes it; if there is one, name it with --data."));
        }
        var found = new ArrayList<Finding>();
        found.add(owner(directory));
        found.addAll(modes(directory));
        try {
            FileStore disk = Files.getFileStore(directory);
            found.add(type(disk));
            found.add(space(disk));
        } catch (IOException e) {
            found.add(Finding.skipped("disk", "it cannot be looked at: " + e.getMessage()));
        }
        found.add(flush(directory));
        return found;
    }

    private static Finding owner(Path directory) {
        try {
            String owner = Files.getOwner(directory).getName();
            String user = user();
            String what = directory + " belongs to " + owner;
            if (!Files.isReadable(directory) || !Files.isWritable(directory)) {
                return Finding.wrong(
                        "data directory",
                        what + " and " + user + " may not use it",
                        "Run the relay and this command as the same user, or change the owner.");
            }
            return owner.equals(user)
                    ? Finding.ok("data directory", what)
                    : Finding.warning(
                            "data directory",
                            what + ", you are " + user,
                            "Run this command as the user that runs the relay.");
        } catch (IOException | UnsupportedOperationException e) {
            return Finding.skipped("data directory", directory + ": its owner cannot be told");
        }
    }

    /// A number where the system has no name for the user, as in a container: Java says `?` then.
    private static String user() throws IOException {
        String name = System.getProperty("user.name", "?");
        Path self = Path.of("/proc/self");
        return name.equals("?") && Files.exists(self) ? Files.getOwner(self).getName() : name;
    }

    private static List<Finding> modes(Path directory) {
        var open = new ArrayList<String>();
        int looked = 0;
        try {
            if (isOpen(directory)) {
                open.add(directory.toString());
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    boolean secret =
                            name.endsWith(".key")
                                    || name.endsWith(".json")
                                    || name.startsWith("relay.db");
                    if (secret) {
                        looked++;
                        if (isOpen(entry)) {
                            open.add(name);
                        }
                    }
                }
            }
        } catch (IOException | UnsupportedOperationException e) {
            return List.of(Finding.skipped("modes", "they cannot be looked at: " + e.getMessage()));
        }
        return List.of(
                open.isEmpty()
                        ? Finding.ok("modes", "the folder and " + looked + " files are yours alone")
                        : Finding.wrong(
                                "modes",
                                "others may use " + String.join(", ", open),
                                "Take it from them: chmod go= "
                                        + String.join(" ", open)
                                        + " (in "
                                        + directory
                                        + ")"));
    }

    private static boolean isOpen(Path path) throws IOException {
        for (PosixFilePermission permission : Files.getPosixFilePermissions(path)) {
            if (OF_OTHERS.contains(permission)) {
                return true;
            }
        }
        return false;
    }

    private static Finding type(FileStore disk) {
        String type = disk.type().toLowerCase(Locale.ROOT);
        return NETWORK.stream().anyMatch(type::contains)
                ? Finding.warning(
                        "file system",
                        "the data lies on a network file system (" + disk.type() + ")",
                        "SQLite needs locks and flushes that such systems often only pretend to"
                                + " give. Use a local disk.")
                : Finding.ok("file system", disk.type());
    }

    private static Finding space(FileStore disk) throws IOException {
        long free = disk.getUsableSpace();
        String what = String.format(Locale.ROOT, "%.1f GB free", free / 1e9);
        String advice = "Make room; a full disk stops all writing.";
        if (free < TOO_LITTLE) {
            return Finding.wrong("disk space", what, advice);
        }
        return free < LITTLE
                ? Finding.warning("disk space", what, advice)
                : Finding.ok("disk space", what);
    }

    private static Finding flush(Path directory) {
        Path file = null;
        try {
            file = Files.createTempFile(directory, "doctor", ".tmp");
            long[] nanos = new long[ROUNDS];
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (int i = 0; i < ROUNDS; i++) {
                    channel.write(ByteBuffer.allocate(4096));
                    long begin = System.nanoTime();
                    channel.force(true);
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            Arrays.sort(nanos);
            long median = nanos[ROUNDS / 2];
            String what = String.format(Locale.ROOT, "a flush takes %.2f ms", median / 1e6);
            return median > SLOW_NANOS
                    ? Finding.warning(
                            "disk speed",
                            what,
                            "Every write waits for one. A solid-state disk takes less than 5 ms.")
                    : Finding.ok("disk speed", what);
        } catch (IOException e) {
            return Finding.skipped("disk speed", "it cannot be measured: " + e.getMessage());
        } finally {
            remove(file);
        }
    }

    private static void remove(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // An empty file more.
        }
    }
}
