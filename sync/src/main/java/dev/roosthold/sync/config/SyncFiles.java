package dev.roosthold.sync.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/// Files that only their owner may read. Where the file system has no such modes, they are not set.
public final class SyncFiles {
    private static final int SHOWN = 200;

    private SyncFiles() {}

    /// The home directory: what the environment says, else what the JVM says.
    public static Path home(Map<String, String> environment) {
        String home = environment.get("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home);
    }

    /// The path with its extension replaced; `sync.db` and `.authkey` give `sync.authkey`.
    public static Path beside(Path file, String ending) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ending);
    }

    /// Makes a directory and those above it that are missing, for the owner only.
    public static void directory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            directory(parent);
        }
        try {
            if (isPosix(directory)) {
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectory(directory);
            }
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    /// Makes an empty file for the owner only, or takes the rights of others away from one that is
    /// there.
    public static void ownerOnly(Path file) throws IOException {
        try {
            if (isPosix(file)) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            mode(file);
        }
    }

    /// Takes the rights of others away.
    public static void mode(Path file) throws IOException {
        if (isPosix(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /// Whether others may write it.
    public static boolean isOpenToOthers(Path file) {
        return SyncConfig.isOpen(file);
    }

    /// Replaces a file in one step; it is on the disk when this returns.
    public static void write(Path file, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        ownerOnly(next);
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path parent = file.getParent();
        if (parent != null) {
            try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                directory.force(true);
            } catch (IOException e) {
                // Some systems cannot; then the name is as safe as they make it.
            }
        }
    }

    /// Overwrites a file with zeros and deletes it.
    public static void erase(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                long left = channel.size();
                byte[] zeros = new byte[8192];
                while (left > 0) {
                    int count = (int) Math.min(left, zeros.length);
                    channel.write(ByteBuffer.wrap(zeros, 0, count));
                    left -= count;
                }
                channel.force(true);
            }
        }
        Files.deleteIfExists(file);
    }

    /// What a stranger sent, made fit to be shown: cut, without control characters.
    public static String shown(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length() && i < SHOWN; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isPosix(Path file) {
        return Set.copyOf(file.getFileSystem().supportedFileAttributeViews()).contains("posix");
    }
}
