package dev.roosthold.history.spool;

import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.keys.OwnerFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The directory in which shells leave their commands. Each shell writes to a file of its own, one
/// line per command, so that lines of two shells never mix.
///
/// ```
///  shell appends -> NAME.jsonl --take--> NAME.UUID.taken --done--> gone
///                                 and a new, empty NAME.jsonl
/// ```
///
/// A file is taken by giving it a second name and putting an empty one in its place in one step, so
/// there is always a file to append to. A shell that had it open just then may still write to it;
/// such a file is read and stays for the next time. A file goes only when the caller says that all
/// of it is safe elsewhere. Ids of entries follow from the lines, so a file that is read again
/// because its reader was killed gives the same entries.
///
/// What follows the last line break was not written to its end: it stays, in NAME.UUID.torn. Lines
/// that are no entries stay too, in `rejected`.
///
/// Thread-safe. Of several processes one reads at a time.
public final class Spool {
    private static final int MAX_LINE = 4 << 20;
    private static final Pattern PID = Pattern.compile("^[a-z]+-([0-9]{1,10})-");
    private static final long HELD_NANOS = 200_000_000;

    private final Path directory;
    private final String ownFile;
    private long written;

    public Spool(Path directory) {
        this.directory = directory;
        ownFile = "roost-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + ".jsonl";
    }

    public Path directory() {
        return directory;
    }

    /// A file that was taken.
    ///
    /// @param entries in the order in which they were written
    /// @param rejected lines that are no entries
    /// @param held whether something may still be written to it
    public record Taken(
            Path file,
            List<CommandEntry> entries,
            List<byte[]> rejected,
            long length,
            boolean held) {
        @Override
        public String toString() {
            return "Taken[" + file.getFileName() + ", " + entries.size() + " entries]";
        }
    }

    /// Appends an entry as a shell would. On the disk when it returns.
    public synchronized void append(CommandEntry entry) throws IOException {
        Path file = directory.resolve(ownFile);
        if (!Files.exists(file)) {
            OwnerFiles.prepare(file);
        }
        var line = new ByteArrayOutputStream();
        line.write('\n');
        line.writeBytes(SpoolLine.write(entry, ++written));
        line.write('\n');
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.APPEND,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
    }

    /// Whether there is anything to read. Cheap.
    public boolean hasLines() throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".taken") || name.endsWith(".jsonl") && Files.size(file) > 0) {
                    return true;
                }
            }
        } catch (NoSuchFileException _) {
            // Taken by another process meanwhile.
        }
        return false;
    }

    /// What reads the spool until it is closed.
    public final class Reading implements AutoCloseable {
        private final FileChannel channel;
        private final FileLock lock;

        private Reading(FileChannel channel, FileLock lock) {
            this.channel = channel;
            this.lock = lock;
        }

        /// Everything that was written so far, file by file.
        public List<Taken> take() throws IOException {
            return takeAll();
        }

        /// All entries of the file are safe elsewhere.
        public void done(Taken taken) throws IOException {
            finish(taken);
        }

        @Override
        public void close() throws IOException {
            lock.release();
            channel.close();
        }
    }

    /// Begins to read.
    ///
    /// @return empty when there is nothing, or another process is reading
    public Optional<Reading> read() throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        Path lockFile = directory.resolve(".lock");
        OwnerFiles.prepare(lockFile);
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new Reading(channel, lock));
            }
        } catch (OverlappingFileLockException _) {
            // Another thread of this process.
        }
        channel.close();
        return Optional.empty();
    }

    private List<Taken> takeAll() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jsonl")) {
            for (Path file : files) {
                rotate(file);
            }
        }
        List<Path> taken = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.taken")) {
            files.forEach(taken::add);
        }
        taken.sort(null);
        List<Taken> all = new ArrayList<>();
        for (Path file : taken) {
            all.add(parse(file));
        }
        return all;
    }

    private void rotate(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        boolean over = isOver(name);
        if (Files.size(file) == 0) {
            if (over) {
                Files.deleteIfExists(file);
            }
            return;
        }
        Path taken =
                directory.resolve(
                        name.substring(0, name.length() - ".jsonl".length())
                                + "."
                                + UUID.randomUUID()
                                + ".taken");
        if (over) {
            Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path empty = OwnerFiles.temporary(file);
        try {
            Files.createLink(taken, file);
            Files.move(
                    empty,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (UnsupportedOperationException _) {
            // A file system without second names: the shell makes a new file.
            Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(empty);
        }
    }

    /// Whether the shell that writes this file has ended. One of another computer never has.
    private boolean isOver(String name) {
        Matcher pid = PID.matcher(name);
        return !name.equals(ownFile)
                && pid.find()
                && ProcessHandle.of(Long.parseLong(pid.group(1))).isEmpty();
    }

    private static Taken parse(Path file) throws IOException {
        boolean held = waitUntilReleased(file);
        byte[] content = Files.readAllBytes(file);
        List<CommandEntry> entries = new ArrayList<>();
        List<byte[]> rejected = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] != '\n') {
                continue;
            }
            if (i > from) {
                byte[] line = Arrays.copyOfRange(content, from, i);
                Optional<CommandEntry> entry =
                        line.length > MAX_LINE ? Optional.empty() : SpoolLine.read(line);
                entry.ifPresentOrElse(entries::add, () -> rejected.add(line));
            }
            from = i + 1;
        }
        return new Taken(file, List.copyOf(entries), List.copyOf(rejected), content.length, held);
    }

    private static boolean waitUntilReleased(Path file) {
        long end = System.nanoTime() + HELD_NANOS;
        while (isHeld(file)) {
            if (System.nanoTime() > end) {
                return true;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return false;
    }

    /// Whether the shell has the file open. Where the system does not tell, it counts as held for
    /// two seconds.
    private static boolean isHeld(Path file) {
        String name = String.valueOf(file.getFileName());
        Matcher pid = PID.matcher(name);
        Path open = Path.of("/proc", pid.find() ? pid.group(1) : "0", "fd");
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            try {
                long age = System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
                return age < 2_000;
            } catch (IOException _) {
                return true;
            }
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(open)) {
            for (Path one : descriptors) {
                if (isSame(one, file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            // The shell has ended, or is another's.
            return false;
        }
    }

    private static boolean isSame(Path one, Path file) {
        try {
            return Files.isSameFile(one, file);
        } catch (IOException _) {
            return false;
        }
    }

    private void finish(Taken taken) throws IOException {
        if (taken.held() || Files.size(taken.file()) != taken.length()) {
            return;
        }
        if (!taken.rejected().isEmpty()) {
            keepRejected(taken.rejected());
        }
        byte[] content = Files.readAllBytes(taken.file());
        if (content.length > 0 && content[content.length - 1] != '\n') {
            int end = content.length;
            while (end > 0 && content[end - 1] != '\n') {
                end--;
            }
            String name = String.valueOf(taken.file().getFileName());
            OwnerFiles.write(
                    directory.resolve(name.replaceFirst("\\.taken$", ".torn")),
                    Arrays.copyOfRange(content, end, content.length));
        }
        Files.deleteIfExists(taken.file());
    }

    private void keepRejected(List<byte[]> lines) throws IOException {
        Path file = directory.resolve("rejected");
        OwnerFiles.prepare(file);
        var all = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            all.writeBytes(line);
            all.write('\n');
        }
        Files.write(file, all.toByteArray(), StandardOpenOption.APPEND);
    }

    /// Names of files with what could not be read: torn ends and rejected lines.
    public List<String> leftovers() throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(directory, "{*.torn,rejected}")) {
                files.forEach(
                        file -> names.add(Objects.requireNonNull(file.getFileName()).toString()));
            }
        }
        names.sort(String.CASE_INSENSITIVE_ORDER);
        return List.copyOf(names);
    }

    /// A name for this computer in entries.
    public static String hostName() {
        String variable = System.getenv("HOSTNAME");
        if (variable != null && !variable.isBlank()) {
            return variable.strip();
        }
        try {
            return java.net.InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (java.net.UnknownHostException _) {
            return "localhost";
        }
    }
}
